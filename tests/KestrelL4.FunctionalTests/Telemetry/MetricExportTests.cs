using KestrelL4.Testing.Telemetry;

namespace KestrelL4.FunctionalTests.Telemetry;

/// <summary>A collector is sent the same metrics that a scrape reads, under the instruments' own names.</summary>
[Collection(OtlpCollection.Name)]
public sealed class MetricExportTests(OtlpFixture fixture)
{
    [Fact]
    public async Task Metrics_AfterTraffic_HaveTheValuesOfTheScrape()
    {
        await using (TlsClient client = await fixture.Node.HoldAsync(fixture.Alice))
        {
            await client.EchoAsync(new byte[10_000]);
            await client.CompleteSendingAsync();
            await client.ObserveEndAsync();
        }

        MetricSamples scraped = null!;
        (double Scraped, double Sent)[] Pairs() =>
        [
            (scraped.Sum("kestrell4_connections_total", ("reason", "completed")), ValueOf("kestrell4.connections", ("reason", "completed"))),
            (scraped.Sum("kestrell4_bytes_total", ("direction", "sent")), ValueOf("kestrell4.bytes", ("direction", "sent"))),
            (scraped.Sum("kestrell4_upstream_connections_total", ("result", "refused")), ValueOf("kestrell4.upstream.connections", ("result", "refused"))),
            (scraped.Sum("kestrell4_connection_duration_seconds_count"), ValueOf("kestrell4.connection.duration")),
        ];
        await Eventually.UntilAsync(
            async () =>
            {
                scraped = await fixture.Node.MetricsAsync();
                return Pairs().All(static pair => pair.Scraped > 0 && pair.Scraped == pair.Sent);
            },
            () => $"the collector has what a scrape reads: {string.Join(", ", Pairs())}");
        Assert.Equal("By", Of("kestrell4.bytes").First().Unit);
    }

    [Fact]
    public async Task Histograms_AsSent_HaveTheBucketsOfTheScrape()
    {
        await using (await fixture.Node.HoldAsync(fixture.Alice))
        {
            await Eventually.UntilAsync(() => Of("kestrell4.handshake.duration").Any(), "the collector is sent the handshake");
        }

        string text = (await fixture.Node.MetricsAsync()).Text;
        IReadOnlyList<double> bounds = Assert.Single(Of("kestrell4.handshake.duration")).Bounds;
        Assert.NotEmpty(bounds);
        Assert.All(bounds, bound => Assert.Contains(
            FormattableString.Invariant($"kestrell4_handshake_duration_seconds_bucket{{le=\"{bound}\"}}"), text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_AsSent_AreThoseOfTheScrapeAndNoneIsAClients()
    {
        await using TlsClient client = await fixture.Node.HoldAsync(fixture.Alice);
        await Eventually.UntilAsync(() => ValueOf("kestrell4.connections.active") > 0 && Of("kestrell4.handshake.duration").Any(), "the collector is sent the connection");

        string text = (await fixture.Node.MetricsAsync()).Text;
        Assert.All(
            fixture.Collector.Measurements.Select(static each => each.Metric).Where(static name => name.StartsWith("kestrell4.", StringComparison.Ordinal)),
            name => Assert.Contains($"# TYPE {name.Replace('.', '_')}", text, StringComparison.Ordinal));
        Assert.Contains(fixture.Collector.Measurements, static each => each.Metric == "dotnet.gc.collections");
        Assert.DoesNotContain(fixture.Collector.Measurements, static each => each.Attributes.Values.Contains("alice"));
    }

    [Fact]
    public async Task Resource_AsSent_IsTheNodeAndWhatTheEnvironmentSaysOfIt()
    {
        await Eventually.UntilAsync(() => fixture.Collector.Requests > 0, "the collector is sent anything");

        IReadOnlyDictionary<string, string> resource = fixture.Collector.Resource;
        Assert.Equal(("kestrell4", "tests"), (resource["service.name"], resource["deployment.environment.name"]));
        Assert.All(["service.version", "service.instance.id", "host.name"], name => Assert.NotEmpty(resource[name]));
    }

    private IEnumerable<ReceivedMeasurement> Of(string metric, params (string Name, string Value)[] labels) => fixture.Collector.Measurements.Where(
        each => each.Metric == metric && labels.All(label => each.Attributes.GetValueOrDefault(label.Name) == label.Value));

    private double ValueOf(string metric, params (string Name, string Value)[] labels) => Of(metric, labels).Sum(static each => each.Value);
}
