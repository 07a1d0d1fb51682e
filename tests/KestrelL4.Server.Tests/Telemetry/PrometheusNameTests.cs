using System.Diagnostics.Metrics;
using KestrelL4.Server.Telemetry;

namespace KestrelL4.Server.Tests.Telemetry;

public sealed class PrometheusNameTests : IDisposable
{
    private readonly Meter _meter = new("KestrelL4");

    public void Dispose() => _meter.Dispose();

    [Theory]
    [InlineData("kestrell4.connections.accepted", "{connection}", "kestrell4_connections_accepted_total")]
    [InlineData("kestrell4.bytes", "By", "kestrell4_bytes_total")]
    [InlineData("kestrell4.sent", "By", "kestrell4_sent_bytes_total")]
    [InlineData("dotnet.process.cpu.time", "s", "dotnet_process_cpu_time_seconds_total")]
    [InlineData("kestrell4.things.total", null, "kestrell4_things_total")]
    public void Of_Counter_SpellsUnitAndEndsInTotal(string instrument, string? unit, string expected) =>
        Assert.Equal(expected, PrometheusName.Of(_meter.CreateCounter<long>(instrument, unit), MetricKind.Counter));

    [Theory]
    [InlineData("kestrell4.connections.active", "{connection}", "kestrell4_connections_active")]
    [InlineData("kestrell4.registry.age", "s", "kestrell4_registry_age_seconds")]
    [InlineData("kestrell4.upstream.available", "1", "kestrell4_upstream_available")]
    [InlineData("kestrell4.build-info", "", "kestrell4_build_info")]
    [InlineData("dotnet.assembly.count", "{assembly}", "dotnet_assembly")]
    public void Of_Gauge_SpellsUnitAndHasNoTotal(string instrument, string? unit, string expected) =>
        Assert.Equal(expected, PrometheusName.Of(_meter.CreateUpDownCounter<long>(instrument, unit), MetricKind.Gauge));

    [Fact]
    public void Of_Histogram_SpellsUnit() =>
        Assert.Equal(
            "kestrell4_handshake_duration_seconds",
            PrometheusName.Of(_meter.CreateHistogram<double>("kestrell4.handshake.duration", "s"), MetricKind.Histogram));
}
