using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Transport;
using KestrelL4.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Transport;

public sealed class SocketListenerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task AcceptAsync_ClientConnects_IsAConnectionWithItsSocketAndAddresses()
    {
        await using SocketListener listener = Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using Socket client = await SocketExtensions.ConnectAsync((IPEndPoint)listener.EndPoint);

        await using ConnectionContext connection = Assert.IsType<SocketConnection>(await AcceptAsync(listener));

        Assert.Equal(client.LocalEndPoint, connection.RemoteEndPoint);
        Assert.Equal(client.RemoteEndPoint, connection.LocalEndPoint);
        Socket socket = connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket;
        Assert.True(socket.NoDelay);
        Assert.NotEqual(0, (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)!);
        Assert.Equal(60, (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!);
        await listener.UnbindAsync();
    }

    [Fact]
    public async Task Abort_OpenConnection_ResetsTheClient()
    {
        await using SocketListener listener = Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using Socket client = await SocketExtensions.ConnectAsync((IPEndPoint)listener.EndPoint);
        await using ConnectionContext connection = (await AcceptAsync(listener))!;

        connection.Abort();

        Assert.Equal(PeerEnd.Reset, await client.ObserveEndAsync());
    }

    [Fact]
    public async Task AcceptAsync_Unbound_EndsWithNull()
    {
        await using SocketListener listener = Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Task<ConnectionContext?> pending = AcceptAsync(listener);

        await listener.UnbindAsync();

        Assert.Null(await pending);
        Assert.Null(await AcceptAsync(listener));
    }

    [Fact]
    public async Task Bind_AddressIsTaken_SaysSo()
    {
        await using SocketListener listener = Bind(new IPEndPoint(IPAddress.Loopback, 0));

        Assert.Throws<AddressInUseException>(() => Bind(listener.EndPoint));
    }

    [Fact]
    public async Task Bind_AfterUnbind_GetsTheSamePortThoughAConnectionIsOpen()
    {
        SocketListener first = Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using Socket client = await SocketExtensions.ConnectAsync((IPEndPoint)first.EndPoint);
        await using ConnectionContext connection = (await AcceptAsync(first))!;
        await first.UnbindAsync();
        await first.DisposeAsync();

        await using SocketListener second = Bind(first.EndPoint);

        Assert.Equal(first.EndPoint, second.EndPoint);
    }

    [Fact]
    public async Task Bind_UnixSocket_HasMode0660AndIsRemovedWhenUnbound()
    {
        string path = _directory["echo.sock"];
        SocketListener listener = Bind(new UnixDomainSocketEndPoint(path));

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(path));
        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await using ConnectionContext connection = (await AcceptAsync(listener))!;

        await listener.UnbindAsync();
        await listener.DisposeAsync();
        Assert.False(Path.Exists(path));
    }

    [Fact]
    public async Task Bind_UnixSocketLeftByADeadProcess_TakesItOver()
    {
        string path = _directory["echo.sock"];
        using (Socket dead = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // Renamed, so that closing does not remove it.
            dead.Bind(new UnixDomainSocketEndPoint(path + ".before"));
            dead.Listen();
            File.Move(path + ".before", path);
        }

        await using SocketListener listener = Bind(new UnixDomainSocketEndPoint(path));

        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await listener.UnbindAsync();
    }

    [Fact]
    public async Task Bind_UnixSocketOfALivingProcess_LeavesItAlone()
    {
        string path = _directory["echo.sock"];
        await using SocketListener living = Bind(new UnixDomainSocketEndPoint(path));

        Assert.Throws<AddressInUseException>(() => Bind(new UnixDomainSocketEndPoint(path)));

        using Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await living.UnbindAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("precious")]
    public void Bind_PlainFileAtThePath_IsRefusedAndKept(string content)
    {
        string path = _directory.Write("echo.sock", content);

        Assert.Throws<AddressInUseException>(() => Bind(new UnixDomainSocketEndPoint(path)));

        Assert.Equal(content, File.ReadAllText(path));
    }

    public void Dispose() => _directory.Dispose();

    private static SocketListener Bind(EndPoint endPoint) => SocketListener.Bind(endPoint, NullLogger.Instance, TimeProvider.System);

    private static Task<ConnectionContext?> AcceptAsync(SocketListener listener) =>
        Eventually.WithinAsync(listener.AcceptAsync().AsTask(), "a connection is accepted or the listener ends");
}
