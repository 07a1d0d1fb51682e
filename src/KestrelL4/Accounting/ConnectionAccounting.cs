using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Accounting;

/// <summary>Accounts for every connection of its applications: one record in the metrics and one line in the log.</summary>
public sealed class ConnectionAccounting : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Instruments _instruments;
    private readonly ConnectionLog _log;
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

    private static bool IsNamesake(Application one, Application other) =>
        string.Equals(one.Name, other.Name, StringComparison.OrdinalIgnoreCase);

    private IReadOnlyList<Application> Remembered()
    {
        lock (_gate)
        {
            return _applications = [.. _applications.Where(static application => !application.IsForgotten)];
        }
    }
}
