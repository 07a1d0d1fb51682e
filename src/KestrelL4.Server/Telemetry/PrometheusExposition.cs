using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Numerics;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Telemetry;

/// <summary>The node's metrics in the Prometheus text format: what one meter and the runtime measure, and the process.</summary>
/// <remarks>prometheus-net could take its place: nothing else knows the format. See docs/decisions/0001.</remarks>
internal sealed partial class PrometheusExposition : IDisposable
{
    /// <summary>The media type of <see cref="Scrape"/>.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The name of the meter with the runtime's own instruments.</summary>
    public const string RuntimeMeter = "System.Runtime";

    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly Lock _scraping = new();
    private readonly ILogger<PrometheusExposition> _logger;
    private bool _incomplete;

    /// <summary>Listens from now on; a counter counts from here.</summary>
    /// <param name="meter">The node's meter, told apart by reference: another node of the process has its own of the same name.</param>
    /// <param name="logger">Told when an instrument cannot be observed.</param>
    public PrometheusExposition(Meter meter, ILogger<PrometheusExposition> logger)
    {
        _logger = logger;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if ((ReferenceEquals(instrument.Meter, meter) || instrument.Meter.Name == RuntimeMeter) && SeriesFor(instrument) is { } series)
            {
                listener.EnableMeasurementEvents(instrument, series);
            }
        };
        Listen<int>();
        Listen<long>();
        Listen<double>();
        _listener.Start();
    }

    /// <summary>Reads the observable instruments and writes every metric, ordered by name; from any thread.</summary>
    public string Scrape()
    {
        var text = new PrometheusText();
        lock (_scraping)
        {
            foreach (MetricFamily family in _families.Values)
            {
                family.ForgetObserved();
            }

            Observe();
            foreach (MetricFamily family in _families.Values.OrderBy(static family => family.Name, StringComparer.Ordinal))
            {
                family.WriteTo(text);
            }
        }

        ProcessMetrics.WriteTo(text);
        return text.ToString();
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();

    private void Listen<T>()
        where T : struct, INumberBase<T> =>
        _listener.SetMeasurementEventCallback<T>(
            static (_, value, tags, state) => ((SeriesSet)state!).Record(double.CreateChecked(value), tags));

    // Null: a kind of instrument that no one here uses, or one whose name another kind has taken.
    private SeriesSet? SeriesFor(Instrument instrument)
    {
        if (KindOf(instrument) is not { } kind)
        {
            return null;
        }

        MetricFamily family = _families.GetOrAdd(
            PrometheusName.Of(instrument, kind),
            static (name, first) => new MetricFamily(name, first.Kind, first.Instrument),
            (Kind: kind, Instrument: instrument));
        return family.Kind == kind ? family.SeriesOf(instrument) : null;
    }

    private static MetricKind? KindOf(Instrument instrument)
    {
        Type type = instrument.GetType().GetGenericTypeDefinition();
        if (type == typeof(Counter<>) || type == typeof(ObservableCounter<>))
        {
            return MetricKind.Counter;
        }

        if (type == typeof(UpDownCounter<>) || type == typeof(ObservableUpDownCounter<>) || type == typeof(ObservableGauge<>))
        {
            return MetricKind.Gauge;
        }

        return type == typeof(Histogram<>) ? MetricKind.Histogram : null;
    }

    private void Observe()
    {
        try
        {
            _listener.RecordObservableInstruments();
            _incomplete = false;
        }
        catch (AggregateException e)
        {
            // The listener has read all other instruments: they are worth more than a failed scrape.
            if (!_incomplete)
            {
                LogIncomplete(e);
            }

            _incomplete = true;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Some metrics could not be observed and are left out until they can")]
    private partial void LogIncomplete(Exception exception);
}
