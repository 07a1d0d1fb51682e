namespace KestrelL4.Server.Telemetry;

/// <summary>What a metric is to Prometheus.</summary>
internal enum MetricKind
{
    /// <summary>A sum that only rises.</summary>
    Counter,

    /// <summary>A value that rises and falls.</summary>
    Gauge,

    /// <summary>Counts of measurements by size.</summary>
    Histogram,
}
