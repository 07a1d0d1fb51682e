using KestrelL4.Server.Telemetry;

namespace KestrelL4.Server.Tests.Telemetry;

public sealed class OtlpSignalsTests
{
    [Theory]
    [InlineData("", false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=", false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c", true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://c", true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=http://c", false, true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_METRICS_EXPORTER=none", true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_TRACES_EXPORTER=console,none", false, true)]
    [InlineData("OTEL_TRACES_EXPORTER=console,OTLP", true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_SDK_DISABLED=True", false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c OTEL_SDK_DISABLED=1", true, true)]
    public void Of_Variables_AreReadAsOpenTelemetryDefinesThem(string variables, bool traces, bool metrics)
    {
        var environment = variables.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(static variable => variable.Split('=', 2))
            .ToDictionary(static pair => pair[0], static pair => pair[1]);

        Assert.Equal(new OtlpSignals(traces, metrics), OtlpSignals.Of(environment.GetValueOrDefault));
    }
}
