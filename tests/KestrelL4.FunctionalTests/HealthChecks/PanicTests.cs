using System.Text.Json.Nodes;
using KestrelL4.FunctionalTests.Reload;

namespace KestrelL4.FunctionalTests.HealthChecks;

/// <summary>Where too few upstreams are available by their probes, all are offered.</summary>
public sealed class PanicTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private readonly ReloadFixture _fixture = fixture;
    private readonly EchoServer _first = new();
    private readonly EchoServer _second = new();
    private readonly ScriptedServer _working = new(static async (connection, stopped) =>
    {
        _ = await connection.ReceiveAsync(new byte[4096], stopped);
        await connection.SendAllAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), stopped);
        _ = await connection.ObserveEndAsync(stopped);
    });

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _working.DisposeAsync();
    }

    [Fact]
    public async Task PanicThreshold_FewerAreAvailable_OffersAllUntilEnoughAre()
    {
        // An echo of the request is no answer, so both echo servers are down for their probes, and serve all the same.
        JsonObject probe = new() { ["Probe"] = "Http", ["Path"] = "/", ["Interval"] = "100ms", ["Fall"] = 1 };
        await _fixture.ApplyAsync(setup => setup.Application("few", _first.EndPoint, _second.EndPoint, _working.EndPoint)
            .Set("Applications:few:HealthCheck:Active", probe)
            .Set("Applications:few:HealthCheck:PanicThreshold", 0.3));
        await Node.UntilUpstreamAsync("few", "u1", "down");
        await Node.UntilUpstreamAsync("few", "u2", "down");
        Assert.Equal("u3", await OfferedAsync());

        await _fixture.ApplyAsync("Applications:few:HealthCheck:PanicThreshold", 0.34);
        Assert.Equal("u1, u2, u3", await OfferedAsync());

        // Of weight 0 it is not missed, and takes none; nobody else is available.
        await _fixture.ApplyAsync("Applications:few:Upstreams:u3:Weight", 0);
        await using HeldClients held = await HeldClients.OpenAsync(Node, _fixture.Alice, "few", 4);
        Assert.Equal((2, 2), (await _fixture.ConnectionsAtAsync("few", "u1"), await _fixture.ConnectionsAtAsync("few", "u2")));
        Assert.Equal("down", (await Node.UpstreamAsync("few", "u1")).Status);

        await _fixture.ApplyAsync("Applications:few:HealthCheck:PanicThreshold", null);
        await Node.RefusesAsync(_fixture.Alice, "few");
        await held.AllGoOnAsync();
    }

    private async Task<string> OfferedAsync()
    {
        using OperatorSocket socket = new(_fixture.Setup.Directory["state/admin.sock"]);
        JsonArray upstreams = (await socket.ExplainAsync("alice", "few"))["upstreams"]!.AsArray();
        return string.Join(", ", upstreams.Where(static upstream => (bool)upstream!["offered"]!).Select(static upstream => (string?)upstream!["name"]));
    }
}
