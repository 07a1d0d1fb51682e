using System.Net;
using KestrelL4.FunctionalTests.Agent;

namespace KestrelL4.FunctionalTests.Overload;

/// <summary>A node that uses nearly all the memory it may has clients wait, then closes the idlest connections, and comes back.</summary>
public sealed class MemoryTests : IAsyncLifetime
{
    // Less than any node uses, and more than any will.
    private const long Little = 1_000_000;
    private const long Much = 1_000_000_000_000;

    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private readonly TestCertificate _alice;
    private TestNode _node = null!;

    public MemoryTests()
    {
        _setup.Application("echo", _upstream.EndPoint);
        _alice = _setup.Client("alice", "*");
    }

    public async Task InitializeAsync() => _node = await _setup.StartAsync();

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Memory_ScarceOnly_ClientsWaitAndOpenConnectionsGoOn()
    {
        await using TlsClient open = await _node.HoldAsync(_alice);
        MetricWatch waits = await _node.WatchAsync("kestrell4_accept_waits_total", ("cause", "memory"));
        _setup.Set("Overload:CloseConnections", 0);
        await AllowAsync(Little, "degraded");

        // One is accepted before the listener is asked to wait, and has to wait itself.
        Task<TlsClient> first = _node.HoldAsync(_alice);
        Task<TlsClient> second = _node.HoldAsync(_alice);
        await Eventually.UntilAsync(async () => await waits.RiseAsync() > 5, "the listener waits");
        Assert.Equal([1], await open.EchoAsync([1]));
        Assert.False(first.IsCompleted || second.IsCompleted);
        Assert.Equal(HttpStatusCode.OK, (await _node.ReadyAsync()).Code);
        string reason = (string)(await _node.ComponentAsync("capacity"))["reason"]!;
        Assert.Contains("memory are in use; new connections wait", reason, StringComparison.Ordinal);

        await AllowAsync(Much, "healthy");

        await using TlsClient served = await first;
        await using TlsClient alsoServed = await second;
        MetricSamples samples = await _node.MetricsAsync();
        Assert.Equal(0, samples.Sum("kestrell4_connections_total", ("reason", "shed")));
        Assert.InRange(samples.Sum("kestrell4_memory_used_bytes"), Little, Much);
    }

    [Fact]
    public async Task Memory_Short_ClosesTheIdlestFirstOnBothSidesAndServesAgain()
    {
        await using TlsClient busy = await _node.HoldAsync(_alice);
        await using TlsClient idlest = await _node.HoldAsync(_alice);
        await using TlsClient idle = await _node.HoldAsync(_alice);
        Assert.Equal([1], await busy.EchoAsync([1]));
        MetricWatch shed = await _node.WatchReasonAsync("shed");

        await AllowAsync(Little, "degraded");

        Assert.Equal(TlsEnd.Reset, await idlest.ObserveEndAsync());
        Assert.Equal([2], await busy.EchoAsync([2]));
        Assert.Equal(TlsEnd.Reset, await idle.ObserveEndAsync());
        Assert.Equal([3], await busy.EchoAsync([3]));
        await AllowAsync(Much, "healthy");
        Assert.Equal([4], await busy.EchoAsync([4]));
        await shed.RoseByAsync(2);
        Assert.Equal(1, _upstream.Open);
        await using TlsClient again = await _node.HoldAsync(_alice);
        Assert.Contains("for want of memory: 1 of 3", _node.Process.Output, StringComparison.Ordinal);
    }

    // Asked of the node until it is so: a change of a file is seen within two seconds.
    private async Task AllowAsync(long bytes, string capacity)
    {
        _setup.Set("Overload:MaxMemory", bytes).Write();
        _node.Process.HangUp();
        await _node.UntilAsync("capacity", capacity);
    }
}
