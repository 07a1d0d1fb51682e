using System.Net;
using KestrelL4.Tls;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Accounting;

/// <summary>Writes one line per connection at its end; a flood of refused strangers becomes one summary a second.</summary>
internal sealed partial class ConnectionLog(ILogger logger, TimeProvider time) : IDisposable
{
    private const int RefusalsPerSecond = 10;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private long _secondBegan;
    private int _written;
    private int _withheld;

    /// <summary>Writes the line of a connection that ended.</summary>
    public void Write(ProxiedConnection connection)
    {
        CloseReason reason = connection.CloseReason!.Value;
        if (logger.IsEnabled(LogLevel.Information) && (!reason.IsBeforeAuthentication() || MayWriteRefusal()))
        {
            ConnectionEnded(
                logger,
                connection.Id,
                connection.Application,
                connection.Client?.Name,
                connection.Certificate?.Id.SerialNumber,
                connection.Peer,
                connection.Upstream?.Name,
                reason.Word(),
                connection.HandshakeFailure?.Word() ?? connection.Cause,
                connection.BytesReceived,
                connection.BytesSent,
                connection.HandshakeDuration?.TotalMilliseconds,
                connection.ConnectDuration?.TotalMilliseconds,
                connection.Duration.TotalMilliseconds);
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

        RefusalsWithheld(logger, withheld);
    }

    [LoggerMessage(1, LogLevel.Information,
        "Connection {ConnectionId} of {Application} ended: {CloseReason} cause={Cause} client={Client} serial={SerialNumber} peer={Peer} "
        + "upstream={Upstream} received={BytesReceived} sent={BytesSent} handshake={HandshakeMilliseconds:0.0}ms "
        + "connect={ConnectMilliseconds:0.0}ms whole={Milliseconds:0.0}ms")]
    private static partial void ConnectionEnded(
        ILogger logger, string connectionId, string application, string? client, string? serialNumber, EndPoint? peer, string? upstream,
        string closeReason, string? cause, long bytesReceived, long bytesSent, double? handshakeMilliseconds,
        double? connectMilliseconds, double milliseconds);

    [LoggerMessage(2, LogLevel.Information, "{Count} more connections were refused before authentication in the last second")]
    private static partial void RefusalsWithheld(ILogger logger, int count);
}
