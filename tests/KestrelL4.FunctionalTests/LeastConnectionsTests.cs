namespace KestrelL4.FunctionalTests;

/// <summary>A connection goes to the available upstream with the fewest connections for its weight; ties spread evenly.</summary>
public sealed class LeastConnectionsTests(LeastConnectionsFixture fixture) : IClassFixture<LeastConnectionsFixture>
{
    [Fact]
    public async Task Held_WeightsTwoToOne_ShareTwoToOne()
    {
        await using HeldClients held = await HoldAsync("weighted", 9);

        Assert.Equal([6, 3], fixture.Weighted.Open);
        await ShowsAsync("weighted", 6, 3);
    }

    [Fact]
    public async Task Held_EqualUpstreams_ShareEvenly()
    {
        await using HeldClients held = await HoldAsync("even", 9);

        Assert.Equal([3, 3, 3], fixture.Even.Open);
    }

    [Fact]
    public async Task OneAfterTheOther_TiesEachTime_SpreadEvenly()
    {
        int[] before = [.. fixture.Even.Accepted];
        for (int count = 0; count < 120; count++)
        {
            await using HeldClients one = await HoldAsync("even", 1);
        }

        int[] taken = [.. fixture.Even.Accepted.Zip(before, (after, earlier) => after - earlier)];
        Assert.All(taken, count => Assert.InRange(count, 20, 60));
    }

    [Fact]
    public async Task Held_EveryUpstreamFull_IsNoUpstreamUntilOneEnds()
    {
        MetricWatch refused = await fixture.Node.WatchAsync(
            "kestrell4_connections_total", ("application", "small"), ("reason", "no_upstream"));
        TlsClient first = await fixture.Node.HoldAsync(fixture.Alice, "small");
        await using TlsClient second = await fixture.Node.HoldAsync(fixture.Alice, "small");
        Assert.Equal([1, 1], fixture.Small.Open);

        await fixture.Node.RefusesAsync(fixture.Alice, "small");

        await refused.RoseByAsync(1);
        await first.DisposeAsync();
        await using TlsClient again = await fixture.Node.HoldEventuallyAsync(fixture.Alice, "small");
    }

    [Fact]
    public async Task Backup_OthersFull_TakesWhatIsBeyondThem()
    {
        await using (HeldClients held = await HoldAsync("backed-up", 3))
        {
            Assert.Equal([1, 2], fixture.BackedUp.Open);
        }

        await Eventually.UntilAsync(() => fixture.BackedUp.Open.Sum() == 0, "the connections have ended");
        await ShowsAsync("backed-up", 0, 0);
        await using HeldClients one = await HoldAsync("backed-up", 1);
        Assert.Equal([1, 0], fixture.BackedUp.Open);
    }

    [Fact]
    public async Task Held_WeightZero_TakesNone()
    {
        await using HeldClients held = await HoldAsync("unweighted", 4);

        Assert.Equal([4, 0], fixture.Unweighted.Open);
    }

    private Task<HeldClients> HoldAsync(string application, int count)
        => HeldClients.OpenAsync(fixture.Node, fixture.Alice, application, count);

    private async Task ShowsAsync(string application, params int[] connections)
    {
        await Eventually.UntilAsync(
            async () =>
            {
                MetricSamples samples = await fixture.Node.MetricsAsync();
                return connections.Index().All(upstream => Active(samples, $"u{upstream.Index + 1}") == upstream.Item);
            },
            $"the metrics show {string.Join(", ", connections)} connections at the upstreams of {application}");

        double Active(MetricSamples samples, string upstream)
            => samples.Sum("kestrell4_upstream_connections_active", ("application", application), ("upstream", upstream));
    }
}
