namespace KestrelL4.Forwarding;

/// <summary>Ends a relay in time: when it is idle, has lasted long enough, or its client's certificate ran out.</summary>
/// <remarks>One timer a connection, set for the next deadline only and never touched by a byte.</remarks>
internal sealed class RelayDeadlines : IDisposable
{
    // Not later than MaxDuration whatever the timer's own lateness, so the latest draw stays below it.
    private const double EarliestEnd = 0.90;
    private const double LatestEnd = 0.98;

    // Timers bear 49 days; asking once a day also notices a wall clock that was set.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(1);
    private static readonly TimeSpan ShortestSleep = TimeSpan.FromMilliseconds(1);

    private readonly ProxiedConnection _connection;
    private readonly Relay _relay;
    private readonly TimeProvider _time;
    private readonly TimeSpan? _idle;
    private readonly TimeSpan? _lasts;
    private readonly DateTimeOffset? _expires;
    private readonly long _began;
    private readonly ITimer? _timer;

    public RelayDeadlines(ProxiedConnection connection, Relay relay, Timeouts timeouts, TimeProvider time)
    {
        _connection = connection;
        _relay = relay;
        _time = time;
        _idle = timeouts.Idle;
        _lasts = timeouts.MaxDuration * (EarliestEnd + (Random.Shared.NextDouble() * (LatestEnd - EarliestEnd)));
        _expires = Expiry(connection, timeouts);
        _began = connection.OpenedAt;
        if (_idle is not null || _lasts is not null || _expires is not null)
        {
            // Set only after the field is, for the callback uses it.
            _timer = time.CreateTimer(static state => ((RelayDeadlines)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Sleep(Next());
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private static DateTimeOffset? Expiry(ProxiedConnection connection, Timeouts timeouts) =>
        connection.Certificate is { } certificate && timeouts.AfterExpiry is { } after
            ? certificate.NotAfter > DateTimeOffset.MaxValue - after ? null : certificate.NotAfter + after
            : null;

    private void Look()
    {
        if (_connection.CloseReason is not null)
        {
            _relay.Abort();
        }
        else if (_expires <= _time.GetUtcNow())
        {
            _connection.Close(CloseReason.CertificateExpired);
        }
        else if (_lasts <= _time.GetElapsedTime(_began))
        {
            EndGently(CloseReason.MaxDuration);
        }
        else if (_idle <= _time.GetElapsedTime(_relay.LastByteAt) && !_relay.IsMoving())
        {
            EndGently(CloseReason.IdleTimeout);
        }
        else
        {
            Sleep(Next());
        }
    }

    private void EndGently(CloseReason reason)
    {
        if (_connection.Conclude(reason))
        {
            _relay.EndGently();
        }

        // The client has a moment for its own end; the next look cuts it.
        Sleep(LingeringEnd.Timeout);
    }

    private TimeSpan Next()
    {
        TimeSpan next = LongestSleep;
        Earlier(_idle - _time.GetElapsedTime(_relay.LastByteAt));
        Earlier(_lasts - _time.GetElapsedTime(_began));
        Earlier(_expires - _time.GetUtcNow());
        return next > ShortestSleep ? next : ShortestSleep;

        void Earlier(TimeSpan? due) => next = due < next ? due.Value : next;
    }

    private void Sleep(TimeSpan due)
    {
        // Rounded up, or a timer that fires a fraction early would look again at once.
        TimeSpan rounded = TimeSpan.FromMilliseconds(Math.Ceiling(due.TotalMilliseconds));
        _timer!.Change(rounded, Timeout.InfiniteTimeSpan);
    }
}
