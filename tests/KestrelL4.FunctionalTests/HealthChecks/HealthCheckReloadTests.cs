using System.Text.Json.Nodes;
using KestrelL4.FunctionalTests.Reload;

namespace KestrelL4.FunctionalTests.HealthChecks;

/// <summary>What is asked of upstreams changes while the node runs; no connection ends by it.</summary>
public sealed class HealthCheckReloadTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private readonly ReloadFixture _fixture = fixture;
    private readonly EchoServer _working = new();
    private readonly RefusingPort _refusing = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _working.DisposeAsync();
        _refusing.Dispose();
    }

    [Fact]
    public async Task Active_AddedChangedAndRemoved_TakesEffect()
    {
        await _fixture.ApplyAsync(setup => setup.Application("probed", _working.EndPoint, _refusing.EndPoint));
        await using HeldClients held = await HeldClients.OpenAsync(Node, _fixture.Alice, "probed", 2);

        await _fixture.ApplyAsync("Applications:probed:HealthCheck:Active", Probe("Tcp"));
        (_, string? reason) = await Node.UntilUpstreamAsync("probed", "u2", "down");
        Assert.Equal("tcp probe: refused", reason);
        Assert.Equal("available", (await Node.UpstreamAsync("probed", "u1")).Status);

        await _fixture.ApplyAsync("Applications:probed:HealthCheck:Active", Probe("Tls"));
        await Node.UntilUpstreamAsync("probed", "u1", "down");
        await held.AllGoOnAsync();

        await _fixture.ApplyAsync("Applications:probed:HealthCheck:Active", null);
        Assert.Equal("available", (await Node.UpstreamAsync("probed", "u1")).Status);
        Assert.Equal("available", (await Node.UpstreamAsync("probed", "u2")).Status);
        await held.AllGoOnAsync();
    }

    [Fact]
    public async Task Upstream_ChangeThatDoesNotConcernIt_StaysDown()
    {
        await _fixture.ApplyAsync(setup => setup.Application("kept", _working.EndPoint, _refusing.EndPoint)
            .Set("Applications:kept:HealthCheck:Active", Probe("Tcp")));
        await Node.UntilUpstreamAsync("kept", "u2", "down");

        await _fixture.ApplyAsync("Applications:kept:Upstreams:u3:Address", _working.EndPoint.ToString());
        Assert.Equal("down", (await Node.UpstreamAsync("kept", "u2")).Status);

        // With another address it is another one.
        await _fixture.ApplyAsync("Applications:kept:Upstreams:u2:Address", _working.EndPoint.ToString());
        Assert.Equal("available", (await Node.UpstreamAsync("kept", "u2")).Status);
    }

    [Fact]
    public async Task CloseOnDown_UpstreamGoesDown_CutsItsConnections()
    {
        await using RevivableServer health = new();
        JsonObject probe = Probe("Http");
        probe["Path"] = "/";
        probe["Port"] = health.EndPoint.Port;
        await _fixture.ApplyAsync(setup => setup.Application("cutting", _working.EndPoint)
            .Set("Applications:cutting:HealthCheck:CloseOnDown", true));
        await using TlsClient client = await Node.HoldAsync(_fixture.Alice, "cutting");
        MetricWatch cut = await Node.WatchReasonAsync("upstream_down");

        // An echo of the request is no answer.
        await _fixture.ApplyAsync("Applications:cutting:HealthCheck:Active", probe);

        await cut.RoseByAsync(1);
        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
    }

    private static JsonObject Probe(string kind) => new() { ["Probe"] = kind, ["Interval"] = "100ms" };
}
