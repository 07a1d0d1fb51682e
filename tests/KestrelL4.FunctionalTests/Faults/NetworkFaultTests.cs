using System.Diagnostics;
using System.Net;
using Xunit.Abstractions;

namespace KestrelL4.FunctionalTests.Faults;

/// <summary>Packets between the node and an upstream are lost, late, doubled, out of order, or stay away.</summary>
public sealed class NetworkFaultTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Megabyte = 1024 * 1024;

    private static readonly TimeSpan Tear = TimeSpan.FromSeconds(2);

    private readonly NodeSetup _setup = new();
    private LossyPath _path = null!;
    private EchoServer _behind = null!;
    private EchoServer _other = null!;
    private TestCertificate _alice = null!;

    public async Task InitializeAsync()
    {
        _path = await LossyPath.CreateAsync();
        _behind = new EchoServer(new IPEndPoint(LossyPath.Near, 0));
        _other = new EchoServer();
        _setup.Application("echo", new IPEndPoint(LossyPath.Far, _behind.EndPoint.Port));
        _alice = _setup.Client("alice", "*");
    }

    public async Task DisposeAsync()
    {
        await _behind.DisposeAsync();
        await _other.DisposeAsync();
        _path.Dispose();
    }

    [RequiresToolFact("ip", "/dev/net/tun")]
    public async Task Packets_LostLateDoubledAndOutOfOrder_EverythingArrivesUnchanged()
    {
        await using TestNode node = await _setup.StartAsync();
        (_path.Loss, _path.Doubles) = (0.01, 0.01);
        (_path.Delay, _path.Jitter) = (TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5));
        byte[] sent = new byte[Megabyte];
        Random.Shared.NextBytes(sent);
        long began = Stopwatch.GetTimestamp();

        await using TlsClient client = await node.HoldAsync(_alice);
        byte[] received = await client.EchoAsync(sent);

        Assert.Equal(sent, received);
        output.WriteLine($"1 % lost, 1 % doubled, 5 to 10 ms late each way: 1 MiB there and back in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s, no connection lost");
    }

    [RequiresToolFact("ip", "/dev/net/tun")]
    public async Task Path_TornForAMoment_OpenConnectionsGoOn()
    {
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.HoldAsync(_alice);
        _path.Tear();
        Task<byte[]> echo = client.EchoAsync([1, 2, 3]);
        long torn = Stopwatch.GetTimestamp();
        await Eventually.UntilAsync(() => Stopwatch.GetElapsedTime(torn) > Tear, "the path has been torn for a while");
        Assert.False(echo.IsCompleted);

        _path.Mend();

        long mended = Stopwatch.GetTimestamp();
        Assert.Equal([1, 2, 3], await echo);
        output.WriteLine($"torn for {Tear.TotalSeconds:0} s: no connection lost, bytes {Stopwatch.GetElapsedTime(mended).TotalMilliseconds:0} ms after it was mended");
    }

    [RequiresToolFact("ip", "/dev/net/tun")]
    public async Task Path_TornForGood_TheOtherUpstreamServesUntilItIsMended()
    {
        _setup.Set("Applications:echo:Upstreams:u2:Address", _other.EndPoint.ToString())
            .Set("Applications:echo:Timeouts:Connect", "1s")
            .Set("Applications:echo:HealthCheck:CloseOnDown", true)
            .Set("Applications:echo:HealthCheck:Active:Probe", "Tcp")
            .Set("Applications:echo:HealthCheck:Active:Interval", "200ms")
            .Set("Applications:echo:HealthCheck:Active:Timeout", "1s")
            .Set("Applications:echo:HealthCheck:Active:Rise", 1)
            .Set("Applications:echo:HealthCheck:Active:Fall", 1);
        await using TestNode node = await _setup.StartAsync();
        await using HeldClients held = await HeldClients.OpenAsync(node, _alice, "echo", 2);
        MetricWatch down = await node.WatchReasonAsync("upstream_down");
        long torn = Stopwatch.GetTimestamp();

        _path.Tear();

        // Also those that come before the node has noticed find their way, at most a connect time-out later.
        for (int index = 0; index < 5; index++)
        {
            await using TlsClient client = await node.HoldAsync(_alice);
        }

        TimeSpan served = Stopwatch.GetElapsedTime(torn);
        await down.RoseByAsync(1);
        _path.Mend();
        long mended = Stopwatch.GetTimestamp();
        await Eventually.UntilAsync(
            async () => (await node.MetricsAsync()).Sum("kestrell4_upstream_available", ("upstream", "u1")) == 1, "the upstream is available again");
        output.WriteLine($"torn for good: 1 of 2 connections lost, none of 5 that came (the last served after {served.TotalMilliseconds:0} ms); "
            + $"available {Stopwatch.GetElapsedTime(mended).TotalMilliseconds:0} ms after it was mended");
    }
}
