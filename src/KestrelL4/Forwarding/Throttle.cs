using KestrelL4.Sockets;

namespace KestrelL4.Forwarding;

/// <summary>Holds both directions of a relay to the pace of its connection: nothing is read from a side before it may pass.</summary>
/// <param name="connection">The connection.</param>
/// <param name="time">The clock.</param>
internal sealed class Throttle(ProxiedConnection connection, TimeProvider time)
{
    // Nobody reads from a side that has to wait, and what came before a reset is read first: so the sides are looked at. However short
    // each wait is, since one that never lasts so long would let a slow connection go on for as long as its bytes last.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private CancellationTokenSource? _ending;
    private int _waiting;
    private long _lookedAt = time.GetTimestamp();
    private volatile bool _hasEnded;

    /// <summary>Whether any limit shapes the connection now.</summary>
    public bool IsShaped => connection.Pace is { IsShaped: true };

    /// <summary>Whether bytes wait for their turn, so that the connection moves although none passes.</summary>
    public bool IsWaiting => Volatile.Read(ref _waiting) > 0;

    /// <summary>Waits until bytes may be read from a side.</summary>
    /// <returns>How many, at least one; 0 = the relay has ended meanwhile, or one of the sides was reset.</returns>
    public async ValueTask<int> AllowAsync(Direction direction, RelayEnd source, RelayEnd destination)
    {
        CancellationTokenSource ending = Ending();
        ValueTask<int> allowed = connection.Pace!.AllowAsync(direction, RelayBuffers.Size, ending.Token);
        if (allowed.IsCompleted)
        {
            return await allowed.ConfigureAwait(false);
        }

        Task<int> waiting = allowed.AsTask();
        Interlocked.Increment(ref _waiting);
        while (true)
        {
            TimeSpan untilLook = Look - time.GetElapsedTime(Volatile.Read(ref _lookedAt));
            if (untilLook <= TimeSpan.Zero)
            {
                Volatile.Write(ref _lookedAt, time.GetTimestamp());
                untilLook = Look;
                if (source.WasReset || destination.WasReset)
                {
                    End();
                }
            }

            await ((Task)waiting).WaitAsync(TimerBounds.Due(untilLook), time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (waiting.IsCompleted)
            {
                Interlocked.Decrement(ref _waiting);
                return await waiting.ConfigureAwait(false);
            }
        }
    }

    /// <summary>Gives back what was allowed and not read.</summary>
    public void GiveBack(Direction direction, int bytes) => connection.Pace!.GiveBack(direction, bytes);

    /// <summary>Ends every wait, now and later: the relay ends.</summary>
    public void End()
    {
        _hasEnded = true;

        // Whoever begins to wait either is seen below or sees the mark.
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _ending)?.Cancel();
    }

    private CancellationTokenSource Ending()
    {
        CancellationTokenSource ending = Volatile.Read(ref _ending)
            ?? (Interlocked.CompareExchange(ref _ending, new CancellationTokenSource(), null) ?? Volatile.Read(ref _ending)!);
        if (_hasEnded)
        {
            ending.Cancel();
        }

        return ending;
    }
}
