using System.Diagnostics.Metrics;
using KestrelL4.Server.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Telemetry;

public sealed class PrometheusExpositionTests : IDisposable
{
    private readonly Meter _meter = new("KestrelL4");
    private readonly PrometheusExposition _exposition;

    public PrometheusExpositionTests() =>
        _exposition = new PrometheusExposition(_meter, NullLogger<PrometheusExposition>.Instance);

    public void Dispose()
    {
        _exposition.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Scrape_Counter_SumsPerLabelSetUnderHelpAndType()
    {
        Counter<long> counter = _meter.CreateCounter<long>("kestrell4.connections", "{connection}", "Connections ended.");
        counter.Add(1, Tag("application", "echo"), Tag("reason", "completed"));
        counter.Add(2, Tag("application", "echo"), Tag("reason", "completed"));
        counter.Add(4, Tag("application", "echo"), Tag("reason", "revoked"));

        Assert.Equal(
            """
            # HELP kestrell4_connections_total Connections ended.
            # TYPE kestrell4_connections_total counter
            kestrell4_connections_total{application="echo",reason="completed"} 3
            kestrell4_connections_total{application="echo",reason="revoked"} 4

            """,
            Node());
    }

    [Fact]
    public void Scrape_UpDownCounter_FallsAgain()
    {
        UpDownCounter<int> active = _meter.CreateUpDownCounter<int>("kestrell4.connections.active", "{connection}", "Open.");
        active.Add(3);
        active.Add(-2);

        Assert.EndsWith("# TYPE kestrell4_connections_active gauge\nkestrell4_connections_active 1\n", Node(), StringComparison.Ordinal);
    }

    [Fact]
    public void Scrape_Histogram_CountsInAdvisedBuckets()
    {
        Histogram<double> duration = _meter.CreateHistogram(
            "kestrell4.handshake.duration", "s", "Handshakes.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1] });
        foreach (double value in (double[])[0.25, 0.5, 0.75, 4])
        {
            duration.Record(value, Tag("application", "echo"));
        }

        Assert.EndsWith(
            """
            # TYPE kestrell4_handshake_duration_seconds histogram
            kestrell4_handshake_duration_seconds_bucket{application="echo",le="0.5"} 2
            kestrell4_handshake_duration_seconds_bucket{application="echo",le="1"} 3
            kestrell4_handshake_duration_seconds_bucket{application="echo",le="+Inf"} 4
            kestrell4_handshake_duration_seconds_sum{application="echo"} 5.5
            kestrell4_handshake_duration_seconds_count{application="echo"} 4

            """,
            Node(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Scrape_ObservedSeriesNoLongerMeasured_Vanishes()
    {
        List<string> upstreams = ["db1", "db2"];
        _meter.CreateObservableGauge("kestrell4.upstream.available", () => upstreams.Select(name => new Measurement<int>(1, Tag("upstream", name))));
        Assert.Contains("{upstream=\"db2\"} 1\n", Node(), StringComparison.Ordinal);

        upstreams.Remove("db2");

        Assert.Contains("{upstream=\"db1\"} 1\n", Node(), StringComparison.Ordinal);
        Assert.DoesNotContain("db2", Node(), StringComparison.Ordinal);
    }

    [Fact]
    public void Scrape_TwoInstrumentsOfOneName_ShareHelpAndType()
    {
        _meter.CreateObservableGauge("kestrell4.connections.active", () => new Measurement<int>(1, Tag("application", "a")), description: "Open.");
        _meter.CreateObservableGauge("kestrell4.connections_active", () => new Measurement<int>(2, Tag("application", "b")), description: "Other.");

        Assert.Equal(
            """
            # HELP kestrell4_connections_active Open.
            # TYPE kestrell4_connections_active gauge
            kestrell4_connections_active{application="a"} 1
            kestrell4_connections_active{application="b"} 2

            """,
            Node());
    }

    [Fact]
    public void Scrape_AwkwardText_IsEscaped()
    {
        _meter.CreateObservableGauge("kestrell4.x", () => new Measurement<double>(double.NaN, Tag("a.b", "q\"b\\n\n")), description: "back\\slash\nline");

        Assert.Contains("# HELP kestrell4_x back\\\\slash\\nline\n", Node(), StringComparison.Ordinal);
        Assert.Contains("kestrell4_x{a_b=\"q\\\"b\\\\n\\n\"} NaN\n", Node(), StringComparison.Ordinal);
    }

    [Fact]
    public void Scrape_OtherMeterOfTheSameName_IsLeftOut()
    {
        using var other = new Meter("KestrelL4");
        other.CreateCounter<long>("kestrell4.bytes", "By").Add(1);

        Assert.Equal("", Node());
    }

    [Fact]
    public void Scrape_InstrumentThatThrows_LeavesTheOthers()
    {
        _meter.CreateObservableGauge("kestrell4.broken", int () => throw new InvalidOperationException("gone"));
        _meter.CreateObservableGauge("kestrell4.whole", () => 1);

        Assert.Contains("kestrell4_whole 1\n", Node(), StringComparison.Ordinal);
    }

    [Fact]
    public void Scrape_Always_HasRuntimeAndProcess()
    {
        string text = _exposition.Scrape();

        Assert.Contains("# TYPE dotnet_gc_collections_total counter\n", text, StringComparison.Ordinal);
        Assert.Contains("process_open_fds ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scrape_WhileRecording_LosesNothing()
    {
        const int Writers = 4;
        const int Each = 20_000;
        Counter<long> counter = _meter.CreateCounter<long>("kestrell4.bytes", "By");
        Histogram<double> histogram = _meter.CreateHistogram<double>("kestrell4.connection.duration", "s");
        _meter.CreateObservableGauge("kestrell4.registry.revision", () => 7);

        Task[] writers = [.. Enumerable.Range(0, Writers).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                counter.Add(1, Tag("direction", "sent"));
                histogram.Record(i % 3);
            }
        }))];
        Task[] scrapers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                Assert.Contains("kestrell4_registry_revision 7\n", _exposition.Scrape(), StringComparison.Ordinal);
            }
        }))];
        await Task.WhenAll([.. writers, .. scrapers]).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Contains($"kestrell4_bytes_total{{direction=\"sent\"}} {Writers * Each}\n", Node(), StringComparison.Ordinal);
        Assert.Contains($"kestrell4_connection_duration_seconds_count {Writers * Each}\n", Node(), StringComparison.Ordinal);
    }

    [Fact]
    public void Record_KnownLabels_DoesNotAllocate()
    {
        Histogram<double> histogram = _meter.CreateHistogram<double>("kestrell4.connection.duration", "s");
        histogram.Record(1, Tag("application", "echo"));

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            histogram.Record(i, Tag("application", "echo"));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private string Node()
    {
        IEnumerable<string> lines = _exposition.Scrape().Split('\n')
            .Where(line => line.Contains("kestrell4_", StringComparison.Ordinal));
        return string.Concat(lines.Select(line => line + '\n'));
    }
}
