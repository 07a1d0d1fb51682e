using System.Net;
using System.Net.Sockets;
using KestrelL4.FunctionalTests.Reload;

namespace KestrelL4.FunctionalTests.Draining;

/// <summary>An operator takes one upstream out of picking and back; those at the others notice nothing.</summary>
public sealed class UpstreamDrainTests(DrainFixture fixture) : ReloadTestBase(fixture), IClassFixture<DrainFixture>
{
    private readonly DrainFixture _fixture = fixture;
    private readonly EchoServer _first = new();
    private readonly EchoServer _second = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task Drain_OpenConnections_GoOnUntilTheTimeoutAndNewOnesGoElsewhere()
    {
        await _fixture.ApplyAsync(setup => setup.Application("pair", _first.EndPoint, _second.EndPoint));
        await using TlsClient one = await Node.HoldAsync(_fixture.Alice, "pair");
        bool isAtFirst = _first.Accepted == 1;
        await using TlsClient other = await Node.HoldAsync(_fixture.Alice, "pair");
        (TlsClient leaving, TlsClient staying) = isAtFirst ? (one, other) : (other, one);
        MetricWatch drained = await Node.WatchReasonAsync("drained");

        await _fixture.Socket.DrainAsync("Pair/U1");

        Assert.Equal("draining", await _fixture.StatusOfAsync("pair", "u1"));
        Assert.Equal("available", await _fixture.StatusOfAsync("pair", "u2"));
        await _fixture.UntilComponentAsync("application:pair", "degraded");
        await using HeldClients young = await HeldClients.OpenAsync(Node, _fixture.Alice, "pair", 3);
        Assert.Equal((1, 4), (_first.Accepted, _second.Accepted));
        await GoesOnAsync(leaving);
        Assert.Equal(TlsEnd.Reset, await leaving.ObserveEndAsync());
        await drained.RoseByAsync(1);
        await Eventually.UntilAsync(() => _first.Open == 0, "the upstream has lost its connection");
        await GoesOnAsync(staying);
        await young.AllGoOnAsync();

        await _fixture.Socket.UndrainAsync("pair/u1");
        await using TlsClient back = await Node.HoldAsync(_fixture.Alice, "pair");
        Assert.Equal(2, _first.Accepted);
        await _fixture.UntilComponentAsync("application:pair", "healthy");
    }

    [Fact]
    public async Task Undrain_BeforeTheTimeout_SavesConnections()
    {
        await _fixture.ApplyAsync(setup => setup.Application("kept", _first.EndPoint));
        await using TlsClient saved = await Node.HoldAsync(_fixture.Alice, "kept");

        await _fixture.Socket.DrainAsync("kept/u1");
        await _fixture.Socket.UndrainAsync("kept/u1");

        await _fixture.OutlastEarlierDrainsAsync();
        await GoesOnAsync(saved);
        Assert.Equal("available", await _fixture.StatusOfAsync("kept", "u1"));
    }

    [Fact]
    public async Task Drain_EveryUpstream_RefusesAsNoUpstreamAndIsUnhealthy()
    {
        await _fixture.ApplyAsync(setup => setup.Application("none", _first.EndPoint, _second.EndPoint));
        await using TlsClient open = await Node.HoldAsync(_fixture.Alice, "none");
        MetricWatch noUpstream = await Node.WatchAsync("kestrell4_connections_total", ("application", "none"), ("reason", "no_upstream"));

        await _fixture.Socket.DrainAsync("none/u1");
        await _fixture.Socket.DrainAsync("none/u2");

        await Node.RefusesAsync(_fixture.Alice, "none");
        await noUpstream.RoseByAsync(1);
        await GoesOnAsync(open);
        await _fixture.UntilComponentAsync("application:none", "unhealthy");
        using HttpResponseMessage ready = await Node.Admin.GetAsync(new Uri("readyz", UriKind.Relative));
        using HttpResponseMessage component = await Node.Admin.GetAsync(new Uri("readyz/application:none", UriKind.Relative));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (ready.StatusCode, component.StatusCode));
        await _fixture.ApplyAsync("Applications:none", null);
    }

    [Fact]
    public async Task Drain_ConnectionBeingDialledAtTheCut_IsCutWhenItsDialEnds()
    {
        using KestrelL4.Testing.Servers.SilentPort silent = await KestrelL4.Testing.Servers.SilentPort.CreateAsync();
        await _fixture.ApplyAsync(setup => setup.Application("dialled", silent.EndPoint).Set("Applications:dialled:Timeouts:Connect", "1m"));
        MetricWatch drained = await Node.WatchAsync("kestrell4_connections_total", ("application", "dialled"), ("reason", "drained"));
        await using TlsClient client = await Node.ConnectAsync(_fixture.Alice, "dialled");
        await Eventually.UntilAsync(async () => await _fixture.ConnectionsAtAsync("dialled", "u1") == 1, "the dial is under way");
        await _fixture.Socket.DrainAsync("dialled/u1");
        await _fixture.OutlastEarlierDrainsAsync();

        using Socket upstream = await silent.AnswerAsync();

        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
        Assert.Equal(PeerEnd.Reset, await Eventually.WithinAsync(upstream.ObserveEndAsync(), "the upstream's side ends"));
        await drained.RoseByAsync(1);
    }

    [Fact]
    public async Task Drain_AddressChangedSince_DrainsTheNewUpstream()
    {
        await _fixture.ApplyAsync(setup => setup.Application("replaced", _first.EndPoint));
        await _fixture.Socket.DrainAsync("replaced/u1");
        await _fixture.ApplyAsync("Applications:replaced:Upstreams:u1:Address", _second.EndPoint.ToString());
        Assert.Equal("available", await _fixture.StatusOfAsync("replaced", "u1"));
        await using TlsClient client = await Node.HoldAsync(_fixture.Alice, "replaced");

        await _fixture.Socket.DrainAsync("replaced/u1");

        Assert.Equal("draining", await _fixture.StatusOfAsync("replaced", "u1"));
        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
    }

    [Fact]
    public async Task Drain_Reloads_Stays()
    {
        await _fixture.ApplyAsync(setup => setup.Application("weighed", _first.EndPoint, _second.EndPoint));
        await _fixture.Socket.DrainAsync("weighed/u1");

        await _fixture.ApplyAsync("Applications:weighed:Upstreams:u1:Weight", 9);

        Assert.Equal("draining", await _fixture.StatusOfAsync("weighed", "u1"));
        await using HeldClients held = await HeldClients.OpenAsync(Node, _fixture.Alice, "weighed", 3);
        Assert.Equal((0, 3), (_first.Accepted, _second.Accepted));
    }
}
