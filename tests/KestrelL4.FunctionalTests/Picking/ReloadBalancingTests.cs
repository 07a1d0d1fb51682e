using KestrelL4.FunctionalTests.Reload;

namespace KestrelL4.FunctionalTests.Picking;

/// <summary>Another way of picking holds from the next connection on; open ones stay where they are.</summary>
public sealed class ReloadBalancingTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
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
    public async Task Balancing_Changed_HoldsForTheNextConnection()
    {
        await _fixture.ApplyAsync(setup => setup.Application("changed", _first.EndPoint, _second.EndPoint)
            .Set("Applications:changed:Upstreams:u2:Weight", 0));
        await using HeldClients uneven = await HoldAsync(4);
        Assert.Equal((4, 0), (_first.Open, _second.Open));

        await _fixture.ApplyAsync(setup => setup
            .Set("Applications:changed:Upstreams:u2:Weight", 1).Set("Applications:changed:Balancing", "RoundRobin"));
        await using HeldClients inTurn = await HoldAsync(4);
        Assert.Equal((6, 2), (_first.Open, _second.Open));

        await _fixture.ApplyAsync("Applications:changed:Balancing", null);
        await using HeldClients level = await HoldAsync(4);
        Assert.Equal((6, 6), (_first.Open, _second.Open));

        await _fixture.ApplyAsync("Applications:changed:Balancing", "ClientHash");
        await using HeldClients together = await HoldAsync(4);
        Assert.True((_first.Open, _second.Open) is (10, 6) or (6, 10), $"{_first.Open} and {_second.Open}");
        await uneven.AllGoOnAsync();
    }

    [Fact]
    public async Task Balancing_Unknown_IsRefusedAndTheOldOneStays()
    {
        await _fixture.ApplyAsync(setup => setup.Application("kept", _first.EndPoint));
        await _fixture.RefuseAsync(
            () =>
            {
                _fixture.Setup.Set("Applications:kept:Balancing", "Fastest");
                _fixture.Setup.Write();
            },
            "LeastConnections, RoundRobin, PowerOfTwoChoices or ClientHash");

        await using TlsClient client = await Node.HoldAsync(_fixture.Alice, "kept");
        await _fixture.ApplyAsync("Applications:kept:Balancing", "PowerOfTwoChoices");
        await GoesOnAsync(client);
    }

    private Task<HeldClients> HoldAsync(int count) => HeldClients.OpenAsync(Node, _fixture.Alice, "changed", count);
}
