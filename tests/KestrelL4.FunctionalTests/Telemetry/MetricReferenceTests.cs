using System.Text.RegularExpressions;

namespace KestrelL4.FunctionalTests.Telemetry;

/// <summary>A node exposes what <c>docs/metrics.md</c> lists, with these types and labels, and nothing else of its own.</summary>
[Collection(OtlpCollection.Name)]
public sealed partial class MetricReferenceTests(OtlpFixture fixture)
{
    [Fact]
    public async Task Metrics_OfANodeWithTraffic_AreThoseOfTheReference()
    {
        await using TlsClient client = await fixture.Node.HoldAsync(fixture.Alice);
        await client.CompleteSendingAsync();
        await client.ObserveEndAsync();
        MetricSamples samples = null!;
        await Eventually.UntilAsync(
            async () => (samples = await fixture.Node.MetricsAsync()).Names.Contains("kestrell4_connection_duration_seconds_count"), "a connection has ended");

        Dictionary<string, string> exposed = TypeLine().Matches(samples.Text)
            .ToDictionary(static line => line.Groups["name"].Value, static line => line.Groups["type"].Value);
        Assert.All(exposed, metric => Assert.Equal(metric.Value, MetricReference.All[metric.Key].Type));
        Assert.All(MetricReference.All.Values.Where(static each => each.IsAlwaysThere), each => Assert.Contains(each.Name, exposed));
        Assert.All(exposed.Keys, name => Assert.All(
            samples.LabelsOf(name), labels => Assert.Equal(MetricReference.All[name].Labels.Order(), labels.Keys.Order())));
    }

    [GeneratedRegex(@"^# TYPE (?<name>kestrell4_\w+) (?<type>\w+)$", RegexOptions.Multiline)]
    private static partial Regex TypeLine();
}
