using System.Net;

namespace KestrelL4.FunctionalTests.Agent;

/// <summary>A registry that nobody has confirmed for longer than <c>MaxStaleness</c> lets nobody new in, or is served all the same, as the operator chose.</summary>
public sealed class StaleRegistryTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private AuthorityScene _scene = null!;
    private FaultyLink _link = null!;

    public async Task InitializeAsync()
    {
        _scene = await AuthorityScene.StartAsync();
        _link = _scene.Link();
    }

    public async Task DisposeAsync() => await _scene.DisposeAsync();

    [Fact]
    public async Task Authority_AwayForLongerThanMaxStaleness_RefusesNewAndKeepsOpenUntilItIsBack()
    {
        NodeSetup setup = (await _scene.PrepareAsync("edge-1", _link.EndPoint)).Set("Authority:MaxStaleness", "3s");
        await using TestNode node = await setup.StartAsync();
        await using TlsClient held = await node.HoldAsync(_scene.Alice);

        await _link.RefuseAsync();

        await node.UntilAsync("registry", "unhealthy", Soon);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await node.ReadyAsync()).Code);
        Assert.True((bool)(await node.StatusAsync())["registry"]!["stale"]!);
        MetricWatch refused = await node.WatchReasonAsync("registry_stale");
        await node.RefusesAsync(_scene.Alice);
        await refused.RoseByAsync(1);
        Assert.Equal([5], await held.EchoAsync([5]));

        // After a restart it is as old as before, and older.
        node.Process.Kill();
        await node.Process.WaitForExitAsync();
        await using TestNode next = await setup.StartAsync(new NodeLaunch { Readiness = HttpStatusCode.ServiceUnavailable });
        await next.UntilAsync("registry", "unhealthy");
        refused = await next.WatchReasonAsync("registry_stale");
        await next.RefusesAsync(_scene.Alice);
        await refused.RoseByAsync(1);

        _link.Mend();
        await next.UntilAsync("registry", "healthy");
        Assert.Equal(HttpStatusCode.OK, (await next.ReadyAsync()).Code);
        await using TlsClient again = await next.HoldAsync(_scene.Alice);
    }

    [Fact]
    public async Task Authority_AwayForLongerThanMaxStalenessAndStaleIsServed_IsDegradedAndServes()
    {
        NodeSetup setup = (await _scene.PrepareAsync("edge-2", _link.EndPoint)).Set("Authority:MaxStaleness", "3s").Set("Authority:OnStale", "Serve");
        await using WorkingNode working = await WorkingNode.StartAsync(setup, _scene.Alice);

        await _link.RefuseAsync();

        await working.Node.UntilAsync("registry", "degraded", Soon);
        Assert.Equal(HttpStatusCode.OK, (await working.Node.ReadyAsync()).Code);
        await working.Traffic.AssertUnharmedAsync();
        _link.Mend();
        await working.Node.UntilAsync("registry", "healthy");
        await working.Traffic.AssertUnharmedAsync();
    }
}
