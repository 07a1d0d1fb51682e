namespace KestrelL4.FunctionalTests.HealthChecks;

/// <summary>An upstream whose dials fail is left out for a time, which always ends.</summary>
public sealed class QuarantineTests(QuarantineFixture fixture) : IClassFixture<QuarantineFixture>
{
    [Fact]
    public async Task Dials_Fail_QuarantineExpiresDoublesAndEndsWithASuccess()
    {
        await using RevivableServer upstream = fixture.Upstream;
        await upstream.StopAsync();
        MetricWatch refused = await fixture.Node.WatchAsync("kestrell4_upstream_connections_total", ("result", "refused"));
        for (int count = 0; count < 3; count++)
        {
            await fixture.Node.RefusesAsync(fixture.Alice);
        }

        await fixture.Node.UntilUpstreamAsync("echo", "u1", "quarantined");
        await refused.RoseByAsync(3);
        await fixture.Node.RefusesAsync(fixture.Alice);
        await refused.RoseByAsync(3);

        // Each after the first one lasts twice as long while nothing succeeds.
        await fixture.Node.UntilUpstreamAsync("echo", "u1", "available");
        FairStopwatch watch = new(fixture.Node.Process.Id);
        await fixture.Node.RefusesAsync(fixture.Alice);
        (_, string? reason) = await fixture.Node.UntilUpstreamAsync("echo", "u1", "quarantined");
        Assert.Equal("dials failed, the last one: refused", reason);
        await fixture.Node.UntilUpstreamAsync("echo", "u1", "available");
        Assert.InRange(watch.Elapsed, QuarantineFixture.Quarantine * 1.9, TimeSpan.MaxValue);
        Assert.InRange(watch.Granted, TimeSpan.Zero, QuarantineFixture.Quarantine * 3);

        upstream.Start();
        await using TlsClient client = await fixture.Node.HoldAsync(fixture.Alice);
        Assert.Equal("available", (await fixture.Node.UpstreamAsync("echo", "u1")).Status);
    }
}
