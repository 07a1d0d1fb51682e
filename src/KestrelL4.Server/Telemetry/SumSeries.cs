namespace KestrelL4.Server.Telemetry;

/// <summary>The sum of all measurements: a counter, or a gauge that is told its changes.</summary>
internal sealed class SumSeries : MetricSeries
{
    private double _sum;

    /// <inheritdoc/>
    public override void Record(double value)
    {
        double seen = Volatile.Read(ref _sum);
        while (true)
        {
            double found = Interlocked.CompareExchange(ref _sum, seen + value, seen);
            if (found.Equals(seen))
            {
                return;
            }

            seen = found;
        }
    }

    /// <inheritdoc/>
    public override void WriteTo(PrometheusText text, string name, string labels) => text.Sample(name, labels, Volatile.Read(ref _sum));
}
