namespace KestrelL4.FunctionalTests.Reload;

/// <summary>Upstreams come, go and change while the node runs; connections stay where they are.</summary>
public sealed class ReloadUpstreamTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private readonly ReloadFixture _fixture = fixture;
    private readonly EchoServer _first = new();
    private readonly EchoServer _second = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    [Fact]
    public async Task Upstream_RemovedAndGivenBack_KeepsItsConnectionsAndGoesOnCounting()
    {
        await _fixture.ApplyAsync(setup => setup.Application("two", _first.EndPoint, _second.EndPoint));
        await using HeldClients held = await HeldClients.OpenAsync(Node, _fixture.Alice, "two", 4);
        Assert.Equal((2, 2), (_first.Open, _second.Open));

        await _fixture.ApplyAsync("Applications:two:Upstreams:u2", null);
        await using HeldClients meanwhile = await HeldClients.OpenAsync(Node, _fixture.Alice, "two", 2);
        Assert.Equal((4, 2), (_first.Open, _second.Open));
        await held.AllGoOnAsync();
        Assert.Equal(2, await _fixture.ConnectionsAtAsync("two", "u2"));

        await _fixture.ApplyAsync("Applications:two:Upstreams:u2:Address", _second.EndPoint.ToString());
        Assert.Equal(2, await _fixture.ConnectionsAtAsync("two", "u2"));
        await using HeldClients after = await HeldClients.OpenAsync(Node, _fixture.Alice, "two", 2);
        Assert.Equal((4, 4), (_first.Open, _second.Open));
        await held.AllGoOnAsync();
    }

    [Fact]
    public async Task Upstream_Added_GetsTheNextConnections()
    {
        await _fixture.ApplyAsync(setup => setup.Application("growing", _first.EndPoint));
        await using HeldClients held = await HeldClients.OpenAsync(Node, _fixture.Alice, "growing", 2);

        await _fixture.ApplyAsync("Applications:growing:Upstreams:u2:Address", _second.EndPoint.ToString());

        await using HeldClients after = await HeldClients.OpenAsync(Node, _fixture.Alice, "growing", 2);
        Assert.Equal((2, 2), (_first.Open, _second.Open));
        await held.AllGoOnAsync();
    }

    [Fact]
    public async Task Upstream_AddressChanged_KeepsOldConnectionsAndDialsTheNewAddress()
    {
        await _fixture.ApplyAsync(setup => setup.Application("moving", _first.EndPoint));
        await using TlsClient old = await Node.HoldAsync(_fixture.Alice, "moving");

        await _fixture.ApplyAsync("Applications:moving:Upstreams:u1:Address", _second.EndPoint.ToString());

        await using TlsClient young = await Node.HoldAsync(_fixture.Alice, "moving");
        Assert.Equal((1, 1), (_first.Open, _second.Open));
        Assert.Equal((1, 1), (_first.Accepted, _second.Accepted));
        await GoesOnAsync(old);
    }

    [Fact]
    public async Task Weight_Changed_SharesTheNextConnectionsByIt()
    {
        await _fixture.ApplyAsync(setup => setup.Application("weighed", _first.EndPoint, _second.EndPoint));
        await using HeldClients held = await HeldClients.OpenAsync(Node, _fixture.Alice, "weighed", 2);

        await _fixture.ApplyAsync("Applications:weighed:Upstreams:u1:Weight", 3);
        await using HeldClients after = await HeldClients.OpenAsync(Node, _fixture.Alice, "weighed", 6);
        Assert.Equal((6, 2), (_first.Open, _second.Open));

        await _fixture.ApplyAsync("Applications:weighed:Upstreams:u1:Weight", 0);
        await using HeldClients last = await HeldClients.OpenAsync(Node, _fixture.Alice, "weighed", 2);
        Assert.Equal((6, 4), (_first.Open, _second.Open));
        await held.AllGoOnAsync();
        await after.AllGoOnAsync();
    }

    [Fact]
    public async Task MaxConnections_Changed_CountsTheOpenOnes()
    {
        await _fixture.ApplyAsync(setup => setup.Application("bounded", _first.EndPoint));
        await using HeldClients held = await HeldClients.OpenAsync(Node, _fixture.Alice, "bounded", 2);

        await _fixture.ApplyAsync("Applications:bounded:Upstreams:u1:MaxConnections", 2);
        await Node.RefusesAsync(_fixture.Alice, "bounded");
        await _fixture.ApplyAsync("Applications:bounded:Upstreams:u1:MaxConnections", 3);

        await using TlsClient third = await Node.HoldAsync(_fixture.Alice, "bounded");
        await Node.RefusesAsync(_fixture.Alice, "bounded");
        await held.AllGoOnAsync();
    }
}
