using System.Diagnostics;
using KestrelL4.FunctionalTests.Reload;

namespace KestrelL4.FunctionalTests.HealthChecks;

/// <summary>An upstream that its probes bring back gets a small share of the connections at first.</summary>
public sealed class SlowStartTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private const double LeastShare = 0.1;

    // Long enough that a busy machine still sees the beginning of it.
    private static readonly TimeSpan SlowStart = TimeSpan.FromSeconds(20);

    private readonly ReloadFixture _fixture = fixture;
    private readonly RevivableServer _reviving = new();
    private readonly EchoServer _steady = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _reviving.DisposeAsync();
        await _steady.DisposeAsync();
    }

    [Fact]
    public async Task SlowStart_UpstreamComesBack_GrowsFromATenthToItsWholeShare()
    {
        await _fixture.ApplyAsync(setup => setup.Application("slow", _reviving.EndPoint, _steady.EndPoint)
            .Set("Applications:slow:Balancing", "RoundRobin")
            .Set("Applications:slow:HealthCheck:Active:Interval", "100ms")
            .Set("Applications:slow:HealthCheck:Active:Fall", 1)
            .Set("Applications:slow:HealthCheck:Active:Rise", 1)
            .Set("Applications:slow:HealthCheck:SlowStart", $"{SlowStart.TotalSeconds}s"));
        await _reviving.StopAsync();
        await Node.UntilUpstreamAsync("slow", "u1", "down");

        long before = Stopwatch.GetTimestamp();
        _reviving.Start();
        await Node.UntilUpstreamAsync("slow", "u1", "available");
        double got = await ShareAsync(connections: 22);
        double weight = LeastShare + ((1 - LeastShare) * Math.Min(1, Stopwatch.GetElapsedTime(before) / SlowStart));

        // Beside one of weight 1; one connection more or less is a matter of turns.
        double share = weight / (1 + weight);
        Assert.InRange(got, (LeastShare / (1 + LeastShare)) - (1.0 / 22), share + (1.0 / 22));
        Assert.True(got > 0, "it got none at all");

        await Eventually.UntilAsync(async () => await ShareAsync(connections: 10) is 0.5, "it has its whole share", SlowStart * 2);
    }

    private async Task<double> ShareAsync(int connections)
    {
        MetricWatch dials = await Node.WatchAsync("kestrell4_upstream_connections_total", ("application", "slow"), ("upstream", "u1"), ("result", "connected"));
        await using HeldClients held = await HeldClients.OpenAsync(Node, _fixture.Alice, "slow", connections);
        return await dials.RiseAsync() / connections;
    }
}
