namespace KestrelL4.Server.Telemetry;

/// <summary>The measurements of one metric under one set of labels.</summary>
internal abstract class MetricSeries
{
    /// <summary>Takes in one measurement; from any thread, without allocating.</summary>
    public abstract void Record(double value);

    /// <summary>Writes what has been recorded so far.</summary>
    public abstract void WriteTo(PrometheusText text, string name, string labels);
}
