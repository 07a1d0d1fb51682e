using System.Collections.Concurrent;

namespace KestrelL4.Server.Telemetry;

/// <summary>The series of one metric by their labels.</summary>
/// <param name="create">Makes a series when its labels are first seen.</param>
internal sealed class SeriesSet(Func<MetricSeries> create)
{
    private readonly ConcurrentDictionary<LabelSet, MetricSeries> _series = new(LabelSet.Comparer);

    /// <summary>Whether nothing has been recorded yet.</summary>
    public bool IsEmpty => _series.IsEmpty;

    /// <summary>Takes in one measurement; allocates only when its labels are new.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>().TryGetValue(tags, out MetricSeries? series))
        {
            series = _series.GetOrAdd(new LabelSet(tags), static (_, make) => make(), create);
        }

        series.Record(value);
    }

    /// <summary>Forgets all series, so that those not measured again vanish.</summary>
    public void Clear() => _series.Clear();

    /// <summary>Writes the series, ordered by their labels.</summary>
    public void WriteTo(PrometheusText text, string name)
    {
        foreach ((LabelSet labels, MetricSeries series) in _series.OrderBy(static entry => entry.Key.Text, StringComparer.Ordinal))
        {
            series.WriteTo(text, name, labels.Text);
        }
    }
}
