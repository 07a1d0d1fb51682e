namespace KestrelL4.RateLimiting.Waiting;

/// <summary>Those who wait for a place in one limit, in order of arrival. All of it under <see cref="Limit.Gate"/>.</summary>
/// <param name="limit">The limit.</param>
internal sealed class LimitLine(Limit limit)
{
    // Most limits never see anybody wait, and there is one for each client and source address.
    private SortedSet<LimitTurn>? _turns;
    private ITimer? _timer;

    /// <summary>How many wait.</summary>
    public int Count => _turns?.Count ?? 0;

    /// <summary>Who is next; null = nobody waits.</summary>
    public LimitTurn? First => _turns?.Min;

    /// <summary>Whether somebody waits who came before.</summary>
    public bool HasBefore(LimitTurn turn) => First is { } first && first.Arrival < turn.Arrival;

    /// <summary>Adds who waits, at the place of its arrival.</summary>
    public void Join(LimitTurn turn) => (_turns ??= new SortedSet<LimitTurn>(LimitTurn.Order)).Add(turn);

    /// <summary>Takes out who waits no longer.</summary>
    public void Leave(LimitTurn turn) => _turns?.Remove(turn);

    /// <summary>Has each who waits look at its time anew: how long one may wait has changed.</summary>
    public void KeepTime()
    {
        foreach (LimitTurn turn in _turns?.ToArray() ?? [])
        {
            turn.KeepTime();
        }
    }

    /// <summary>Serves the line at a moment, in ticks of the limit's clock: a window has room again without anybody leaving.</summary>
    public void WakeAt(long moment)
    {
        TimeSpan due = limit.Time.GetElapsedTime(limit.Time.GetTimestamp(), moment);
        _timer ??= limit.Time.CreateTimer(
            static state => ((LimitLine)state!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(TimerBounds.Due(due), Timeout.InfiniteTimeSpan);
    }

    private void Wake()
    {
        lock (Limit.Gate)
        {
            limit.Serve();
        }
    }
}
