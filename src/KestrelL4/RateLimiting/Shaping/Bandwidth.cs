namespace KestrelL4.RateLimiting.Shaping;

/// <summary>The bytes a second of one limit in one direction, shared fairly by all who want some.</summary>
/// <remarks>
/// Whoever had least is served next, byte by byte and not turn by turn: each share has a virtual time that its bytes move on, and
/// the line is ordered by it (fair queuing). So n busy connections get one n-th each, one that is idle gets and saves nothing, and a
/// small exchange goes before the bulk ones. Thread-safe.
/// </remarks>
/// <param name="time">The clock.</param>
internal sealed class Bandwidth(TimeProvider time)
{
    // A turn is small against the rate, so that a low one flows rather than jumps, and smaller in a crowd, so that each has several a
    // second; but large enough to be worth a read.
    private const int TurnsPerSecond = 16;
    private const int LargestTurn = 64 * 1024;
    private const int CrowdedTurn = 4 * 1024;

    // Whoever used less than it was given is given twice what it used: it need not wait until a whole turn is there.
    private const int SmallestTurn = 512;

    // A share that lost turns to the scheduler may catch up on as many as this; a longer absence earns no more, and a new one has as many.
    private const int TurnsKept = 2;

    private readonly Lock _gate = new();
    private readonly ByteBucket _bucket = new(time.TimestampFrequency, time.GetTimestamp());
    private readonly SortedSet<BandwidthTurn> _line = new(BandwidthTurn.Order);
    private readonly Crowd _crowd = new(time.TimestampFrequency);
    private ITimer? _timer;
    private long _virtualTime;
    private long _arrivals;

    /// <summary>Sets the bytes a second, 1 or more, for all who wait too; null = no bound, and all pass.</summary>
    public void SetRate(long? rate)
    {
        lock (_gate)
        {
            _bucket.SetRate(rate ?? 0, time.GetTimestamp());
            Serve();
        }
    }

    /// <summary>Takes bytes as soon as it is the share's turn and they are there.</summary>
    /// <param name="share">Who takes them; it waits for one turn at a time.</param>
    /// <param name="most">The most that are wanted, 1 or more.</param>
    /// <param name="ending">Ends the wait.</param>
    /// <returns>How many may pass now, at least one; 0 = the wait was ended.</returns>
    public ValueTask<int> TakeAsync(BandwidthShare share, int most, CancellationToken ending)
    {
        BandwidthTurn turn;
        lock (_gate)
        {
            int used = share.Taken;
            share.Taken = 0;
            if (_bucket.Rate == 0)
            {
                return ValueTask.FromResult(most);
            }

            long now = time.GetTimestamp();
            _crowd.See(share, now);
            long start = _virtualTime - (TurnsKept * TurnSize);
            int size = (int)Math.Min(most, TurnSize);
            if (share.VirtualTime is { } reached)
            {
                start = Math.Max(start, reached);
                size = Math.Min(size, Math.Max(2 * used, SmallestTurn));
            }

            if (_line.Count == 0 && _bucket.TryTake(size, now))
            {
                Charge(share, start, size);
                return ValueTask.FromResult(size);
            }

            turn = new BandwidthTurn(share, size, start, _arrivals++);
            _line.Add(turn);
            Serve();
        }

        return turn.Granted.IsCompleted || !ending.CanBeCanceled ? new ValueTask<int>(turn.Granted) : WaitAsync(turn, ending);
    }

    /// <summary>Gives back what a share took last and did not use.</summary>
    /// <param name="share">Who took it.</param>
    /// <param name="bytes">How many bytes, 0 or more; more than it took are not given back.</param>
    public void GiveBack(BandwidthShare share, int bytes)
    {
        lock (_gate)
        {
            int unused = Math.Min(bytes, share.Taken);
            if (unused > 0)
            {
                share.Taken -= unused;
                share.VirtualTime -= unused;
                _virtualTime -= unused / share.Crowd;
                _bucket.GiveBack(unused, time.GetTimestamp());
                Serve();
            }
        }
    }

    // In a long line some have waited for longer than the crowd remembers.
    private int Sharing => Math.Max(_crowd.Count, _line.Count + 1);

    // Never more than the burst, or the turn would never come.
    private long TurnSize
    {
        get
        {
            long alone = Math.Max(_bucket.Rate / TurnsPerSecond, 1);
            return Math.Clamp(alone / Sharing, Math.Min(alone, CrowdedTurn), LargestTurn);
        }
    }

    private async ValueTask<int> WaitAsync(BandwidthTurn turn, CancellationToken ending)
    {
        using CancellationTokenRegistration registration = ending.UnsafeRegister(_ => Leave(turn), null);
        return await turn.Granted.ConfigureAwait(false);
    }

    private void Leave(BandwidthTurn turn)
    {
        lock (_gate)
        {
            if (_line.Remove(turn))
            {
                turn.Grant(0);
                Serve();
            }
        }
    }

    private void Serve()
    {
        long now = time.GetTimestamp();
        while (_line.Min is { } next)
        {
            bool isFree = _bucket.Rate == 0;

            // A rate that was lowered leaves turns behind that are larger than its burst.
            int size = isFree ? next.Size : (int)Math.Min(next.Size, TurnSize);
            if (!isFree && !_bucket.TryTake(size, now))
            {
                Sleep(_bucket.TicksUntil(size));
                return;
            }

            _line.Remove(next);
            if (!isFree)
            {
                Charge(next.Share, next.Start, size);
            }

            next.Grant(size);
        }
    }

    private void Charge(BandwidthShare share, long start, int size)
    {
        // Moves as fast as each of the crowd does, also while newcomers are served: or they would keep the others waiting.
        share.Crowd = Sharing;
        _virtualTime = Math.Max(_virtualTime + (size / share.Crowd), start);
        share.VirtualTime = start + size;
        share.Taken = size;
    }

    private void Sleep(long ticks)
    {
        _timer ??= time.CreateTimer(static state => ((Bandwidth)state!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        _timer.Change(TimerBounds.Due(time.GetElapsedTime(0, ticks)), Timeout.InfiniteTimeSpan);
    }

    private void Wake()
    {
        lock (_gate)
        {
            Serve();
        }
    }
}
