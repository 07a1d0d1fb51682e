using KestrelL4.Accounting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace KestrelL4.Server.Telemetry;

/// <summary>Sends spans and metrics to a collector by OTLP, from threads and out of queues of OpenTelemetry's own.</summary>
/// <remarks>How is said by OpenTelemetry's environment variables, which its SDK reads itself. See docs/decisions/0042.</remarks>
internal sealed partial class OtlpExport : IAsyncDisposable
{
    private const string ServiceName = "kestrell4";

    // Of one metric. The SDK drops what is beyond it; its own default of 2,000 ends at some 80 applications.
    private const int MostSeries = 50_000;

    // As long as the log may take.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly OpenTelemetrySdk? _sdk;
    private readonly OtlpReport? _report;

    private OtlpExport(OpenTelemetrySdk? sdk = null, OtlpReport? report = null)
    {
        _sdk = sdk;
        _report = report;
    }

    /// <summary>Begins to send what the environment asks for; where that is nothing, no SDK is made and nobody listens.</summary>
    public static OtlpExport Start(OtlpSignals signals, ILoggerFactory loggers) => signals == default ? new OtlpExport() : Create(signals, loggers);

    /// <summary>Sends what is queued, for 2 s at most, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_sdk is { } sdk)
        {
            int patience = (int)Patience.TotalMilliseconds;
            await Task.WhenAll(Task.Run(() => sdk.TracerProvider.Shutdown(patience)), Task.Run(() => sdk.MeterProvider.Shutdown(patience)))
                .ConfigureAwait(false);
            sdk.Dispose();
        }

        _report?.Dispose();
    }

    private static OtlpExport Create(OtlpSignals signals, ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger<OtlpExport>();
        OtlpReport report = new(logger);
        try
        {
            return new OtlpExport(OpenTelemetrySdk.Create(builder => Configure(builder, signals)), report);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException or NotSupportedException or IOException)
        {
            // Nobody's connections depend on who watches them.
            report.Dispose();
            IsOff(logger, exception.Message);
            return new OtlpExport();
        }
    }

    private static void Configure(IOpenTelemetryBuilder builder, OtlpSignals signals)
    {
        // What the environment says of the service stands behind ours, and so wins.
        builder.UseOtlpExporter().ConfigureResource(static resource => resource.Clear()
            .AddService(ServiceName, serviceVersion: NodeVersion.Text)
            .AddAttributes([new("host.name", Environment.MachineName)])
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector());
        if (signals.Traces)
        {
            builder.WithTracing(static tracing => tracing.AddSource(ConnectionTrace.SourceName));
        }

        if (signals.Metrics)
        {
            builder.WithMetrics(static metrics => metrics.AddMeter(Node.MeterName, PrometheusExposition.RuntimeMeter)
                .AddView("kestrell4.*", new MetricStreamConfiguration { CardinalityLimit = MostSeries }));
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Nothing goes out by OTLP: {Reason}")]
    private static partial void IsOff(ILogger logger, string reason);
}
