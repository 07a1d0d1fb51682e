using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using KestrelL4.Forwarding;
using KestrelL4.Testing.Servers;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Forwarding;

public sealed class AddressRaceTests
{
    private static readonly IPAddress Other = IPAddress.Parse("127.0.0.2");

    private readonly FakeTime _time = new();

    [Fact]
    public void Interleave_BothFamilies_TakeTurnsAndIPv6IsFirst()
    {
        IPAddress[] addresses = [.. new[] { "10.0.0.1", "10.0.0.2", "10.0.0.3", "fd00::1", "fd00::2" }.Select(IPAddress.Parse)];

        Assert.Equal(
            ["fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2", "10.0.0.3"],
            AddressRace.Interleave(addresses).Select(static address => address.ToString()));
    }

    [Fact]
    public async Task RunAsync_FirstAddressRefuses_NextAtOnce()
    {
        await using EchoServer echo = new();

        // IPv6 has nobody at this port.
        SocketDial dial = await RunAsync(echo.EndPoint.Port, IPAddress.Loopback, IPAddress.IPv6Loopback);

        using Socket? socket = dial.Socket;
        Assert.Equal(echo.EndPoint, PeerOf(socket!));
    }

    [Fact]
    public async Task RunAsync_FirstAddressIsSilent_NextAfterItsLeadAndTheLoserIsAborted()
    {
        using SilentPort silent = await SilentPort.CreateAsync();
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(Other, silent.EndPoint.Port));
        listener.Listen(1);
        int before = ConnectionsTo(silent.EndPoint);
        Task<SocketDial> race = RunAsync(silent.EndPoint.Port, IPAddress.Loopback, Other);
        await Eventually.UntilAsync(() => _time.ArmedTimers > 0, "the first attempt has its lead");
        Assert.False(race.IsCompleted);
        Assert.Equal(before + 1, ConnectionsTo(silent.EndPoint));

        _time.Advance(AddressRace.Lead);

        using Socket? socket = (await race).Socket;
        Assert.Equal(listener.LocalEndPoint, PeerOf(socket!));
        Assert.Equal(0, _time.ArmedTimers);
        Assert.Equal(before, ConnectionsTo(silent.EndPoint));
    }

    [Fact]
    public async Task RunAsync_AllRefuse_IsRefused()
    {
        using RefusingPort refusing = new();

        SocketDial dial = await RunAsync(refusing.EndPoint.Port, IPAddress.Loopback, IPAddress.IPv6Loopback, Other);

        Assert.Equal(DialResult.Refused, dial.Result);
    }

    [Fact]
    public async Task RunAsync_DeadlinePasses_IsATimeoutAndNothingIsLeftBehind()
    {
        using SilentPort silent = await SilentPort.CreateAsync();
        using CancellationTokenSource deadline = new();
        Task<SocketDial> race = new AddressRace([IPAddress.Loopback, IPAddress.Loopback], silent.EndPoint.Port, _time).RunAsync(deadline.Token);
        await Eventually.UntilAsync(() => _time.ArmedTimers > 0, "the first attempt has its lead");
        _time.Advance(AddressRace.Lead);

        await deadline.CancelAsync();

        Assert.Equal(DialResult.Timeout, (await Eventually.WithinAsync(race, "the race ends")).Result);
    }

    // Asks the kernel, and closes the socket: it was connected behind the back of its base class, which knows of no peer.
    private static EndPoint? PeerOf(Socket socket)
    {
        using Socket same = new(socket.SafeHandle);
        return same.RemoteEndPoint;
    }

    // Those that nobody has answered yet included.
    private static int ConnectionsTo(IPEndPoint endPoint) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Count(connection => connection.RemoteEndPoint.Equals(endPoint));

    private Task<SocketDial> RunAsync(int port, params IPAddress[] addresses) => Eventually.WithinAsync(
        new AddressRace(addresses, port, _time).RunAsync(CancellationToken.None), "the race ends");
}
