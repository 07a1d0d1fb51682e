using Microsoft.Extensions.Logging;

namespace KestrelL4.Accounting;

/// <summary>Writes one line per connection at its end; a flood of refused strangers becomes one summary a second.</summary>
internal sealed partial class ConnectionLog(ILogger logger, TimeProvider time) : IDisposable
{
    private const int RefusalsPerSecond = 10;

    private static readonly EventId ConnectionEnded = new(1, nameof(ConnectionEnded));

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private long _secondBegan;
    private int _written;
    private int _withheld;

    /// <summary>Writes the line of a connection that ended.</summary>
    public void Write(ProxiedConnection connection)
    {
        if (logger.IsEnabled(LogLevel.Information)
            && (!connection.CloseReason!.Value.IsBeforeAuthentication() || MayWriteRefusal()))
        {
            logger.Log(LogLevel.Information, ConnectionEnded, new ConnectionLine(connection), null, static (line, _) => line.ToString());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
        }

        Summarise();
    }

    private bool MayWriteRefusal()
    {
        lock (_gate)
        {
            if (_withheld == 0 && time.GetElapsedTime(_secondBegan) >= Second)
            {
                _secondBegan = time.GetTimestamp();
                _written = 0;
            }

            if (_written < RefusalsPerSecond)
            {
                _written++;
                return true;
            }

            if (_withheld++ == 0)
            {
                _timer ??= time.CreateTimer(static state => ((ConnectionLog)state!).Summarise(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _timer.Change(Second, Timeout.InfiniteTimeSpan);
            }

            return false;
        }
    }

    private void Summarise()
    {
        int withheld;
        lock (_gate)
        {
            withheld = _withheld;
            _withheld = 0;
            _written = 0;
            _secondBegan = time.GetTimestamp();
        }

        if (withheld > 0)
        {
            RefusalsWithheld(logger, withheld);
        }
    }

    [LoggerMessage(2, LogLevel.Information, "{Count} more connections were refused before authentication in the last second")]
    private static partial void RefusalsWithheld(ILogger logger, int count);
}
