using System.Diagnostics.Metrics;

namespace KestrelL4.Server.Telemetry;

/// <summary>All series of one Prometheus name, from however many instruments.</summary>
internal sealed class MetricFamily
{
    private readonly SeriesSet _recorded;
    private readonly SeriesSet _observed;
    private readonly string _help;

    /// <summary>Takes name, help and buckets from the first instrument.</summary>
    public MetricFamily(string name, MetricKind kind, Instrument first)
    {
        double[] boundaries = HistogramBoundaries.Of(first);
        Func<MetricSeries> create = kind == MetricKind.Histogram ? () => new HistogramSeries(boundaries) : static () => new SumSeries();
        Name = name;
        Kind = kind;
        _help = first.Description ?? first.Name;
        _recorded = new SeriesSet(create);
        _observed = new SeriesSet(create);
    }

    /// <summary>The metric's name.</summary>
    public string Name { get; }

    /// <summary>What all its instruments are.</summary>
    public MetricKind Kind { get; }

    /// <summary>Where the measurements of an instrument go: observed ones live for one scrape, recorded ones for good.</summary>
    public SeriesSet SeriesOf(Instrument instrument) => instrument.IsObservable ? _observed : _recorded;

    /// <summary>Forgets what the last scrape observed.</summary>
    public void ForgetObserved() => _observed.Clear();

    /// <summary>Writes the metric, unless it has no series.</summary>
    public void WriteTo(PrometheusText text)
    {
        if (_recorded.IsEmpty && _observed.IsEmpty)
        {
            return;
        }

        text.Open(Name, Kind, _help);
        _recorded.WriteTo(text, Name);
        _observed.WriteTo(text, Name);
    }
}
