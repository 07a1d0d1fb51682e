namespace KestrelL4.RateLimiting.Waiting;

/// <summary>One connection on its way through a stack of limits: admitted, refused, or waiting in the line of the limit that holds it back.</summary>
/// <remarks>
/// It takes all its places at once or none: while it waits it holds nothing, so it keeps nobody out and two can never wait for each
/// other. When the limit that held it back has room but another one has none, it goes over to that one's line. All under <see cref="Limit.Gate"/>.
/// </remarks>
internal sealed class LimitTurn
{
    private static long _arrivals;

    private readonly TaskCompletionSource<LimitLease> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LimitStack _stack;
    private Limit? _at;
    private ITimer? _timer;
    private long _since;

    /// <summary>Arrives at a stack: is admitted, refused, or begins to wait.</summary>
    public LimitTurn(LimitStack stack)
    {
        _stack = stack;
        Arrival = _arrivals++;
        GoOn();
    }

    /// <summary>The order of a line.</summary>
    public static IComparer<LimitTurn> Order { get; } = Comparer<LimitTurn>.Create(static (left, right) => left.Arrival.CompareTo(right.Arrival));

    /// <summary>Tells who came before whom.</summary>
    public long Arrival { get; }

    /// <summary>Completes with what the stack answered.</summary>
    public Task<LimitLease> Ended => _ended.Task;

    /// <summary>Tries again: takes every place, goes to the line of a limit that has none, or is refused.</summary>
    public void GoOn()
    {
        _at?.Line.Leave(this);
        switch (_stack.Obstacle(this))
        {
            case null:
                _stack.Take();
                End(new LimitLease(_stack));
                break;
            case { } limit when MayWaitAt(limit):
                WaitAt(limit);
                break;
            case { } limit:
                End(new LimitLease(limit.Scope));
                break;
        }
    }

    /// <summary>
    /// Whether it may wait at a limit: there is room in its line, where whoever waits already finds some always, and it has not waited
    /// as long as one may wait there.
    /// </summary>
    public bool MayWaitAt(Limit limit) => (_at is not null || limit.HasRoomToWait) && limit.Numbers.WaitUpTo > Waited(limit);

    /// <summary>Waits no longer, whoever else ended the wait meanwhile; the answer is then a refusal.</summary>
    public void GiveUp()
    {
        if (_at is { } limit && !_ended.Task.IsCompleted)
        {
            limit.Line.Leave(this);
            End(new LimitLease(limit.Scope));
        }
    }

    /// <summary>Is refused when its time is up by the numbers of the limit that it waits at now, which may be others than when it came; else sleeps on.</summary>
    public void KeepTime()
    {
        // It may have ended, or gone over to another line, while the timer fired.
        if (_at is not { } limit || _ended.Task.IsCompleted)
        {
            return;
        }

        if (Left(limit) is var left && left <= TimeSpan.Zero)
        {
            GiveUp();
        }
        else
        {
            // The clock of the system's timers lags a few milliseconds behind the one that deadlines go by.
            _timer!.Change(TimerBounds.Due(left), Timeout.InfiniteTimeSpan);
        }
    }

    private TimeSpan Left(Limit limit) => limit.Numbers.WaitUpTo - Waited(limit);

    private TimeSpan Waited(Limit limit) => _at is null ? TimeSpan.Zero : limit.Time.GetElapsedTime(_since);

    private void WaitAt(Limit limit)
    {
        if (_at is null)
        {
            _since = limit.Time.GetTimestamp();
            _stack.Expect(1);
        }

        _at = limit;
        limit.Line.Join(this);

        // One for all lines: many may go over at once.
        _timer ??= limit.Time.CreateTimer(
            static state => ((LimitTurn)state!).LookAtTime(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(TimerBounds.Due(Left(limit)), Timeout.InfiniteTimeSpan);

        // A window gets room by time alone.
        if (limit.Line.First == this)
        {
            limit.Serve();
        }
    }

    private void LookAtTime()
    {
        lock (Limit.Gate)
        {
            KeepTime();
        }
    }

    private void End(LimitLease lease)
    {
        if (_at is not null)
        {
            _timer?.Dispose();
            _stack.Expect(-1);
        }

        _ended.SetResult(lease);
    }
}
