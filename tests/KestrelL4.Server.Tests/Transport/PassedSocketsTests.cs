using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Transport;
using KestrelL4.Testing;

namespace KestrelL4.Server.Tests.Transport;

public sealed class PassedSocketsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Socket _passed = Listening(new IPEndPoint(IPAddress.Loopback, 0));

    public void Dispose()
    {
        _passed.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Open_ClosedAgain_LeavesConnectionsToTheNextCopy()
    {
        PassedSockets sockets = Of(("echo", _passed));
        Assert.Single(sockets.Open("echo")).Dispose();
        using Socket client = await SocketExtensions.ConnectAsync((IPEndPoint)_passed.LocalEndPoint!);

        using ListeningSocket next = Assert.Single(sockets.Open("echo"));

        using Socket accepted = await Eventually.WithinAsync(next.Socket.AcceptAsync(), "the connection that waited is accepted");
        Assert.Equal(_passed.LocalEndPoint, next.EndPoint);
    }

    // .NET shuts a socket down when it is closed while a thread is inside a call on it; shared, it would be shut down for everybody.
    [Fact]
    public async Task Open_ClosedWhileItAccepts_LeavesThePassedSocketListening()
    {
        PassedSockets sockets = Of(("echo", _passed));
        IPEndPoint endPoint = (IPEndPoint)_passed.LocalEndPoint!;
        for (int round = 0; round < 20; round++)
        {
            ListeningSocket copy = Assert.Single(sockets.Open("echo"));
            Task accepting = OnItsOwnThread(() => Record.Exception(() => copy.Socket.Accept().Dispose()));
            Task closing = OnItsOwnThread(copy.Dispose);

            // Whoever is inside the call leaves it with a connection.
            while (!accepting.IsCompleted)
            {
                using Socket client = await SocketExtensions.ConnectAsync(endPoint);
            }

            await closing;
        }

        Assert.Equal(1, (int)_passed.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection)!);
    }

    [Fact]
    public void Open_UnixSocketClosedAgain_LeavesItsFile()
    {
        string path = _directory["passed.sock"];
        using Socket passed = Listening(new UnixDomainSocketEndPoint(path));

        Assert.Single(Of(("local", passed)).Open("local")).Dispose();

        Assert.True(Path.Exists(path));
    }

    [Fact]
    public void Open_SeveralOfOneName_AreAllOpened()
    {
        using Socket second = Listening(new IPEndPoint(IPAddress.Loopback, 0));

        IReadOnlyList<ListeningSocket> opened = Of(("echo", _passed), ("other", _passed), ("echo", second)).Open("echo");

        Assert.Equal([_passed.LocalEndPoint, second.LocalEndPoint], opened.Select(static socket => socket.EndPoint));
        Assert.All(opened, static socket => socket.Dispose());
    }

    [Fact]
    public void Open_SeveralAtOneAddress_AreRefused()
    {
        PassedSocketException refused = Assert.Throws<PassedSocketException>(() => Of(("echo", _passed), ("echo", _passed)).Open("echo"));

        Assert.Contains("one address", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_UnknownName_NamesThoseThereAre()
    {
        PassedSocketException refused = Assert.Throws<PassedSocketException>(() => Of(("web", _passed), ("admin", _passed)).Open("Web"));

        Assert.Contains("admin, web", refused.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NonePassed_SaysSo() =>
        Assert.Contains("none", Assert.Throws<PassedSocketException>(() => PassedSockets.None.Open("echo")).Remedy, StringComparison.Ordinal);

    [Fact]
    public void Open_NoListeningStreamSocket_IsRefused()
    {
        using Socket bound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using Socket datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using AnonymousPipeServerStream pipe = new(PipeDirection.Out);
        int pipeDescriptor = (int)pipe.SafePipeHandle.DangerousGetHandle();

        Assert.All(
            [(int)bound.Handle, (int)datagrams.Handle, pipeDescriptor, int.MaxValue],
            static descriptor => Assert.Throws<PassedSocketException>(() => new PassedSockets([("echo", descriptor)]).Open("echo")));
    }

    private static Task OnItsOwnThread(Action act) =>
        Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static PassedSockets Of(params (string Name, Socket Socket)[] sockets) =>
        new([.. sockets.Select(static each => (each.Name, (int)each.Socket.Handle))]);

    private static Socket Listening(EndPoint endPoint)
    {
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(endPoint);
        socket.Listen();
        return socket;
    }
}
