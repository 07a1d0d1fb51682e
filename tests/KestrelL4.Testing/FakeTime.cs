namespace KestrelL4.Testing;

/// <summary>A clock that moves only when a test advances it, with timers that fire exactly when they are due.</summary>
/// <remarks>
/// Safe for concurrent use. Timers fire on the thread that advances, in the order in which they are due; one that is due at
/// once fires with the next advance, be it by zero.
/// </remarks>
public sealed class FakeTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<FakeTimer> _armed = [];
    private DateTimeOffset _now;
    private long _order;

    /// <summary>Starts at noon of 1 January 2026, or at the given time, in UTC.</summary>
    public FakeTime(DateTimeOffset? start = null)
    {
        Start = start ?? new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        _now = Start;
    }

    /// <summary>The time at which this clock began.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>How much too early timers fire that are due later than this: those of the system do by some milliseconds. Default zero.</summary>
    public TimeSpan Early { get; init; }

    /// <summary>How many timers wait to fire: a test waits for this before it advances over them.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_lock)
            {
                return _armed.Count;
            }
        }
    }

    /// <summary>Whether a timer waits that fires when the clock has moved on by exactly this.</summary>
    public bool IsArmedFor(TimeSpan span)
    {
        lock (_lock)
        {
            return _armed.Exists(timer => timer.Due == _now + span);
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => (GetUtcNow() - Start).Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new FakeTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock on, and fires each timer that falls due on the way at its own moment.</summary>
    /// <param name="span">Zero or more.</param>
    public void Advance(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero);
        DateTimeOffset target = GetUtcNow() + span;
        while (TakeDue(target) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <summary>Arms or disarms a timer.</summary>
    internal void Schedule(FakeTimer timer, TimeSpan dueTime)
    {
        lock (_lock)
        {
            _armed.Remove(timer);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                timer.Due = _now + (dueTime > Early ? dueTime - Early : dueTime);
                timer.Order = _order++;
                _armed.Add(timer);
            }
        }
    }

    private FakeTimer? TakeDue(DateTimeOffset target)
    {
        lock (_lock)
        {
            FakeTimer? next = _armed.MinBy(timer => (timer.Due, timer.Order));
            if (next is null || next.Due > target)
            {
                _now = _now > target ? _now : target;
                return null;
            }

            _now = next.Due > _now ? next.Due : _now;
            _armed.Remove(next);
            if (next.Period > TimeSpan.Zero)
            {
                next.Due += next.Period;
                next.Order = _order++;
                _armed.Add(next);
            }

            return next;
        }
    }
}
