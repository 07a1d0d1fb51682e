using System.Diagnostics.Metrics;
using KestrelL4.Upstreams;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Accounting;

/// <summary>Accounts for every connection of its applications, and for every change of an upstream's health: in the metrics, and one line each in the log.</summary>
public sealed partial class ConnectionAccounting : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Instruments _instruments;
    private readonly ConnectionLog _log;
    private readonly ILogger _logger;
    private IReadOnlyList<Application> _applications = [];

    /// <summary>Accounts into a meter and a log.</summary>
    /// <param name="meter">Where the instruments live; the caller disposes it.</param>
    /// <param name="logger">Where the lines go; it must not block.</param>
    /// <param name="time">The clock that bounds the lines of refused connections; null = the system's.</param>
    public ConnectionAccounting(Meter meter, ILogger logger, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(meter);
        ArgumentNullException.ThrowIfNull(logger);
        _instruments = new Instruments(meter, Remembered);
        _logger = logger;
        _log = new ConnectionLog(logger, time ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();

    /// <summary>The instruments of what is known before a connection ends.</summary>
    internal Instruments Instruments => _instruments;

    /// <summary>Lets the metrics tell of an application.</summary>
    internal void Add(Application application)
    {
        lock (_gate)
        {
            // A series belongs to the name: one that is offered again takes over those of the one that was removed.
            _applications = [.. Remembered().Where(each => !each.IsRemoved || !IsNamesake(each, application)), application];
        }
    }

    /// <summary>Accounts for a connection that ended.</summary>
    internal void Record(ProxiedConnection connection)
    {
        _instruments.RecordConnection(connection.Duration);
        _log.Write(connection);
    }

    /// <summary>Accounts for a change of an upstream's health.</summary>
    internal void Record(Application application, Upstream upstream, HealthChange change)
    {
        if (change.OutFor is { } outFor)
        {
            UpstreamIsBack(_logger, upstream.Name, application.Name, ReadableDuration.Of(outFor));
        }
        else
        {
            UpstreamIsOut(_logger, upstream.Name, application.Name, change.Health.Word(), change.Reason ?? "nobody says why");
        }
    }

    private static bool IsNamesake(Application one, Application other) =>
        string.Equals(one.Name, other.Name, StringComparison.OrdinalIgnoreCase);

    private IReadOnlyList<Application> Remembered()
    {
        lock (_gate)
        {
            return _applications = [.. _applications.Where(static application => !application.IsForgotten)];
        }
    }

    [LoggerMessage(3, LogLevel.Warning, "Upstream {Upstream} of {Application} is {Status}: {Reason}")]
    private static partial void UpstreamIsOut(ILogger logger, string upstream, string application, string status, string reason);

    [LoggerMessage(4, LogLevel.Information, "Upstream {Upstream} of {Application} is back after {OutFor}")]
    private static partial void UpstreamIsBack(ILogger logger, string upstream, string application, string outFor);
}
