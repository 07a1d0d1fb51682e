using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Transport;
using KestrelL4.Testing;
using Microsoft.AspNetCore.Connections;

namespace KestrelL4.Server.Tests.Transport;

public sealed class ListeningSocketTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private UnixDomainSocketEndPoint Path => new(_directory["echo.sock"]);

    [Fact]
    public void Bind_AddressIsTaken_SaysSo()
    {
        using ListeningSocket first = ListeningSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        Assert.Throws<AddressInUseException>(() => ListeningSocket.Bind(first.EndPoint));
    }

    [Fact]
    public async Task Bind_AfterDispose_GetsTheSamePortThoughAConnectionIsOpen()
    {
        ListeningSocket first = ListeningSocket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using Socket client = await SocketExtensions.ConnectAsync((IPEndPoint)first.EndPoint);
        using Socket accepted = await Eventually.WithinAsync(first.Socket.AcceptAsync(), "the connection is accepted");
        first.Dispose();

        using ListeningSocket second = ListeningSocket.Bind(first.EndPoint);

        Assert.Equal(first.EndPoint, second.EndPoint);
    }

    [Fact]
    public void Bind_UnixSocket_HasMode0660AndIsRemovedWhenDisposed()
    {
        ListeningSocket socket = ListeningSocket.Bind(Path);

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
            File.GetUnixFileMode(Path.ToString()));
        socket.Dispose();
        Assert.False(System.IO.Path.Exists(Path.ToString()));
    }

    [Fact]
    public async Task Bind_UnixSocketLeftByADeadProcess_TakesItOver()
    {
        using (Socket dead = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // Renamed, so that closing does not remove it.
            dead.Bind(new UnixDomainSocketEndPoint(Path + ".before"));
            dead.Listen();
            File.Move(Path + ".before", Path.ToString());
        }

        using ListeningSocket socket = ListeningSocket.Bind(Path);

        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(Path);
    }

    [Fact]
    public async Task Bind_UnixSocketOfALivingProcess_LeavesItAlone()
    {
        using ListeningSocket living = ListeningSocket.Bind(Path);

        Assert.Throws<AddressInUseException>(() => ListeningSocket.Bind(Path));

        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(Path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("precious")]
    public void Bind_PlainFileAtThePath_IsRefusedAndKept(string content)
    {
        File.WriteAllText(Path.ToString(), content);

        Assert.Throws<AddressInUseException>(() => ListeningSocket.Bind(Path));

        Assert.Equal(content, File.ReadAllText(Path.ToString()));
    }

    public void Dispose() => _directory.Dispose();
}
