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
    private readonly List<ListeningSocket> _sockets = [];

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
    public async Task AcceptAsync_Ipv4ClientAtBothFamilies_HasItsIpv4Address()
    {
        await using SocketListener listener = Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        IPEndPoint server = new(IPAddress.Loopback, ((IPEndPoint)listener.EndPoint).Port);
        using Socket client = await SocketExtensions.ConnectAsync(server);

        await using ConnectionContext connection = (await AcceptAsync(listener))!;

        Assert.Equal(client.LocalEndPoint, connection.RemoteEndPoint);
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
    public async Task AcceptAsync_ListenersTakeTurnsAtOneSocket_LosesNoConnection()
    {
        const int Turns = 200;
        ListeningSocket socket = Listen(new IPEndPoint(IPAddress.Loopback, 0));
        int accepted = 0;
        int connected = 0;
        using CancellationTokenSource ended = new();
        Task clients = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested)
            {
                using Socket client = await SocketExtensions.ConnectAsync((IPEndPoint)socket.EndPoint);
                connected++;
            }
        });

        SocketListener listener = On(socket);
        Task accepting = AcceptAllAsync(listener);
        for (int turn = 0; turn < Turns; turn++)
        {
            int before = Volatile.Read(ref accepted);
            await Eventually.UntilAsync(() => Volatile.Read(ref accepted) > before, "a connection is accepted");
            await listener.UnbindAsync();
            Task last = accepting;
            listener = On(socket);
            accepting = AcceptAllAsync(listener);
            await last.WaitAsync(Eventually.DefaultDeadline);
        }

        await ended.CancelAsync();
        await clients.WaitAsync(Eventually.DefaultDeadline);
        await Eventually.UntilAsync(() => Volatile.Read(ref accepted) == connected, $"all {connected} connections are accepted");
        await listener.UnbindAsync();
        await accepting;

        async Task AcceptAllAsync(SocketListener from)
        {
            while (await from.AcceptAsync() is { } connection)
            {
                Interlocked.Increment(ref accepted);
                await connection.DisposeAsync();
            }
        }
    }

    public void Dispose() => _sockets.ForEach(static socket => socket.Dispose());

    private static SocketListener On(ListeningSocket socket) =>
        new(socket, static accepted => new SocketConnection(accepted), new ClientAdmission(), NullLogger.Instance, TimeProvider.System);

    private static Task<ConnectionContext?> AcceptAsync(SocketListener listener) =>
        Eventually.WithinAsync(listener.AcceptAsync().AsTask(), "a connection is accepted or the listener ends");

    private ListeningSocket Listen(EndPoint endPoint)
    {
        ListeningSocket socket = ListeningSocket.Bind(endPoint);
        _sockets.Add(socket);
        return socket;
    }

    private SocketListener Bind(EndPoint endPoint) => On(Listen(endPoint));
}
