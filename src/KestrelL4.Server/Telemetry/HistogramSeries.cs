namespace KestrelL4.Server.Telemetry;

/// <summary>Counts of measurements by size, in fixed buckets.</summary>
/// <param name="boundaries">The buckets' upper bounds, inclusive and ascending; one bucket more takes all that is larger.</param>
internal sealed class HistogramSeries(double[] boundaries) : MetricSeries
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[boundaries.Length + 1];
    private double _sum;

    /// <inheritdoc/>
    public override void Record(double value)
    {
        int found = Array.BinarySearch(boundaries, value);
        int bucket = found < 0 ? ~found : found;
        lock (_lock)
        {
            _counts[bucket]++;
            _sum += value;
        }
    }

    /// <inheritdoc/>
    public override void WriteTo(PrometheusText text, string name, string labels)
    {
        long[] counts;
        double sum;
        lock (_lock)
        {
            counts = [.. _counts];
            sum = _sum;
        }

        string separator = labels.Length > 0 ? "," : "";
        long cumulative = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            cumulative += counts[i];
            double bound = i < boundaries.Length ? boundaries[i] : double.PositiveInfinity;
            text.Sample($"{name}_bucket", $"{labels}{separator}{PrometheusText.Label("le", PrometheusText.Number(bound))}", cumulative);
        }

        text.Sample($"{name}_sum", labels, sum);
        text.Sample($"{name}_count", labels, cumulative);
    }
}
