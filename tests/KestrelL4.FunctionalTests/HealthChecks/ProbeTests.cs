namespace KestrelL4.FunctionalTests.HealthChecks;

/// <summary>An upstream whose probes fail takes no more connections, and takes them again when they succeed.</summary>
public sealed class ProbeTests(ProbeFixture fixture) : IClassFixture<ProbeFixture>
{
    // What a busy machine and the asking itself may take beyond what is promised.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Tcp_UpstreamStopsAndComesBack_IsDownInTimeAndTakesNoneMeanwhile()
    {
        await fixture.Failing.StopAsync();

        (TimeSpan took, string? reason) = await fixture.Node.UntilUpstreamAsync("tcp", "u1", "down");
        Assert.True(took < ProbeFixture.DownWithin + Slack, $"it took {took}");
        Assert.Equal("tcp probe: refused", reason);
        MetricWatch dials = await fixture.Node.WatchAsync("kestrell4_upstream_connections_total", ("application", "tcp"), ("upstream", "u1"));
        await using (HeldClients held = await HeldClients.OpenAsync(fixture.Node, fixture.Alice, "tcp", 4))
        {
            Assert.Equal(0, await dials.RiseAsync());
        }

        fixture.Failing.Start();
        await fixture.Node.UntilUpstreamAsync("tcp", "u1", "available");
        await using HeldClients after = await HeldClients.OpenAsync(fixture.Node, fixture.Alice, "tcp", 4);
        Assert.Equal(2, await dials.RiseAsync());
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n\r\n", "http probe: 503")]
    [InlineData("220 mail.internal ESMTP\r\n", "http probe: no answer in HTTP/1")]
    public async Task Http_OtherAnswer_IsDownWithItUntilItIsWell(string answer, string expected)
    {
        fixture.Answer = answer;
        (_, string? reason) = await fixture.Node.UntilUpstreamAsync("http", "u1", "down");
        Assert.Equal(expected, reason);
        await fixture.Node.RefusesAsync(fixture.Alice, "http");

        fixture.Answer = "HTTP/1.1 204 No Content\r\n\r\n";
        await fixture.Node.UntilUpstreamAsync("http", "u1", "available");
    }

    [Fact]
    public async Task Probes_AreNotCounted()
    {
        int accepted = fixture.Http.Accepted;
        await Eventually.UntilAsync(() => fixture.Http.Accepted > accepted + 2, "further probes have come");

        Assert.Equal(0, (await fixture.Node.MetricsAsync()).Sum("kestrell4_upstream_connections_total", ("application", "http")));
    }
}
