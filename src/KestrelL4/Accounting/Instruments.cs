using System.Diagnostics.Metrics;
using KestrelL4.RateLimiting;
using KestrelL4.Tls;
using KestrelL4.Upstreams;

namespace KestrelL4.Accounting;

/// <summary>Every instrument of the library's meter.</summary>
/// <remarks>
/// Counts are read from the applications when somebody asks, so a connection pays for a metric only where it is a duration.
/// No label ever names a client.
/// </remarks>
internal sealed class Instruments
{
    // From a handshake on the same machine to a dial that times out.
    private static readonly InstrumentAdvice<double> Short = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    // From a health check to a database session that lasts for days.
    private static readonly InstrumentAdvice<double> Long = new()
    {
        HistogramBucketBoundaries = [0.001, 0.01, 0.1, 1, 10, 60, 300, 1800, 3600, 21600, 86400],
    };

    private readonly Func<IReadOnlyList<Application>> _applications;
    private readonly Histogram<double> _handshake;
    private readonly Histogram<double> _connect;
    private readonly Histogram<double> _duration;

    public Instruments(Meter meter, Func<IReadOnlyList<Application>> applications)
    {
        _applications = applications;
        _handshake = meter.CreateHistogram("kestrell4.handshake.duration", "s", "Time from accept to a TLS session.", advice: Short);
        _connect = meter.CreateHistogram("kestrell4.upstream.connect.duration", "s", "Time of the dials that connected.", advice: Short);
        _duration = meter.CreateHistogram("kestrell4.connection.duration", "s", "Time from accept to the end.", advice: Long);
        meter.CreateObservableCounter(
            "kestrell4.connections.accepted", () => Of(a => a.Counters.ConnectionsAccepted), "{connection}", "Connections accepted.");
        meter.CreateObservableCounter("kestrell4.connections", Ended, "{connection}", "Connections that ended, by close reason.");
        meter.CreateObservableUpDownCounter(
            "kestrell4.connections.active", () => Of(a => a.Connections.Count), "{connection}", "Connections open now.");
        meter.CreateObservableUpDownCounter(
            "kestrell4.connections.queued", () => Of(a => a.QueuedConnections), "{connection}", "Connections that wait for a place at an upstream.");
        meter.CreateObservableCounter("kestrell4.handshakes", Handshakes, "{handshake}", "Handshakes, by result and cause.");
        meter.CreateObservableCounter("kestrell4.bytes", Bytes, "By", "Bytes relayed, received from or sent to clients.");
        meter.CreateObservableCounter("kestrell4.rate_limited", RateLimited, "{connection}", "Connections that a limit refused, by scope.");
        meter.CreateObservableUpDownCounter(
            "kestrell4.upstream.connections.active",
            () => OfUpstreams(static (_, upstreams) => upstreams.Sum(static upstream => upstream.ActiveConnections)),
            "{connection}",
            "Connections at an upstream now.");
        meter.CreateObservableGauge("kestrell4.upstream.connections.limit", Bounds, "{connection}", "The most connections at an upstream at once.");
        meter.CreateObservableCounter("kestrell4.upstream.connections", Dials, "{connection}", "Dials of an upstream, by result.");
        meter.CreateObservableCounter(
            "kestrell4.upstream.health.changes", HealthChanges, "{change}", "Changes of an upstream's health, by what it became.");
        meter.CreateObservableGauge(
            "kestrell4.upstream.available",
            () => OfUpstreams(static (application, upstreams) =>
                upstreams.Any(upstream => upstream.IsAvailable && application.Upstreams.Contains(upstream)) ? 1 : 0),
            description: "Whether an upstream takes connections.");
    }

    /// <summary>Records the time from accept to a TLS session.</summary>
    public void RecordHandshake(TimeSpan duration) => _handshake.Record(duration.TotalSeconds);

    /// <summary>Records the time of a dial that connected.</summary>
    public void RecordConnect(TimeSpan duration) => _connect.Record(duration.TotalSeconds);

    /// <summary>Records the time from accept to the end.</summary>
    public void RecordConnection(TimeSpan duration) => _duration.Record(duration.TotalSeconds);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private IEnumerable<Measurement<long>> Of(Func<Application, long> count) =>
        _applications().Select(application => new Measurement<long>(count(application), Tag("application", application.Name)));

    // One that has a new address is another upstream of the same name; a series belongs to the name. One that is just being
    // taken out may be seen on both lists.
    private static IEnumerable<IGrouping<string, Upstream>> UpstreamsOf(Application application) =>
        application.Upstreams.Union(application.FormerUpstreams).GroupBy(static upstream => upstream.Name, StringComparer.OrdinalIgnoreCase);

    private IEnumerable<Measurement<long>> OfUpstreams(Func<Application, IEnumerable<Upstream>, long> count) =>
        from application in _applications()
        from upstreams in UpstreamsOf(application)
        select new Measurement<long>(count(application, upstreams), Tag("application", application.Name), Tag("upstream", upstreams.Key));

    private IEnumerable<Measurement<long>> Bounds() =>
        from application in _applications()
        from upstream in application.Upstreams
        where upstream.MaxConnections is not null
        select new Measurement<long>(upstream.MaxConnections!.Value, Tag("application", application.Name), Tag("upstream", upstream.Name));

    private IEnumerable<Measurement<long>> Ended() =>
        from application in _applications()
        from reason in Enum.GetValues<CloseReason>()
        select new Measurement<long>(
            application.Counters.ConnectionsEnded(reason), Tag("application", application.Name), Tag("reason", reason.Word()));

    private IEnumerable<Measurement<long>> Handshakes()
    {
        foreach (Application application in _applications())
        {
            KeyValuePair<string, object?> name = Tag("application", application.Name);
            yield return new(application.Counters.HandshakesSucceeded, name, Tag("result", "succeeded"), Tag("cause", ""));
            foreach (HandshakeFailure cause in Enum.GetValues<HandshakeFailure>())
            {
                yield return new(application.Counters.HandshakesFailed(cause), name, Tag("result", "failed"), Tag("cause", cause.Word()));
            }
        }
    }

    private IEnumerable<Measurement<long>> Bytes()
    {
        foreach (Application application in _applications())
        {
            KeyValuePair<string, object?> name = Tag("application", application.Name);
            yield return new(application.Counters.BytesReceived, name, Tag("direction", "received"));
            yield return new(application.Counters.BytesSent, name, Tag("direction", "sent"));
        }
    }

    private IEnumerable<Measurement<long>> RateLimited() =>
        from application in _applications()
        from scope in Enum.GetValues<RateLimitScope>()
        select new Measurement<long>(
            application.Counters.ConnectionsRateLimited(scope), Tag("application", application.Name), Tag("scope", scope.Word()));

    private IEnumerable<Measurement<long>> Dials() =>
        from application in _applications()
        from upstreams in UpstreamsOf(application)
        from result in Enum.GetValues<DialResult>()
        select new Measurement<long>(
            upstreams.Sum(upstream => upstream.Dials(result)),
            Tag("application", application.Name), Tag("upstream", upstreams.Key), Tag("result", result.Word()));

    private IEnumerable<Measurement<long>> HealthChanges() =>
        from application in _applications()
        from upstreams in UpstreamsOf(application)
        from health in Enum.GetValues<UpstreamHealth>()
        select new Measurement<long>(
            upstreams.Sum(upstream => upstream.HealthChanges(health)),
            Tag("application", application.Name), Tag("upstream", upstreams.Key), Tag("status", health.Word()));
}
