using System.Diagnostics.Metrics;

namespace KestrelL4.Tests.Accounting;

/// <summary>What the instruments of one meter tell, as <c>name{label=value,…}</c>.</summary>
internal sealed class RecordedMetrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _values = [];

    public RecordedMetrics()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, Meter))
            {
                Units.Add(instrument.Name, instrument.Unit);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    public Meter Meter { get; } = new("KestrelL4.Tests.Instruments");

    /// <summary>The unit of each instrument.</summary>
    public SortedDictionary<string, string?> Units { get; } = [];

    /// <summary>The series that were told more than once by the last scrape.</summary>
    public List<string> Doubled { get; } = [];

    /// <summary>Asks the instruments now; what was recorded meanwhile stays until it is asked for.</summary>
    public IReadOnlyDictionary<string, double> Scrape()
    {
        Doubled.Clear();
        _listener.RecordObservableInstruments();
        Dictionary<string, double> scraped = new(_values);
        _values.Clear();
        return scraped;
    }

    public void Dispose()
    {
        _listener.Dispose();
        Meter.Dispose();
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        List<string> labels = [];
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            labels.Add($"{tag.Key}={tag.Value}");
        }

        string series = $"{instrument.Name}{{{string.Join(',', labels)}}}";
        if (instrument.IsObservable && _values.ContainsKey(series))
        {
            Doubled.Add(series);
        }

        _values[series] = value;
    }
}
