using KestrelL4.RateLimiting.Waiting;

namespace KestrelL4.RateLimiting;

/// <summary>Limits that must all admit a connection.</summary>
/// <remarks>
/// Every limit's count of connections is asked before any window, and nothing is taken before all have said yes: a refusal leaves
/// no trace in any limit. A stack inside a stack counts as its limits, so the order holds across both.
/// </remarks>
public sealed class LimitStack
{
    private readonly Limit[] _limits;

    /// <summary>Stacks limits in the order in which they are asked.</summary>
    public LimitStack(params ReadOnlySpan<Limit> limits) => _limits = limits.ToArray();

    /// <summary>Stacks further limits on a stack, which is asked first.</summary>
    public LimitStack(LimitStack inner, params ReadOnlySpan<Limit> limits)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _limits = [.. inner._limits, .. limits];
    }

    /// <summary>The stack that admits everything.</summary>
    public static LimitStack Empty { get; } = new();

    /// <summary>The limits in the order in which they are asked.</summary>
    internal IReadOnlyList<Limit> Limits => _limits;

    /// <summary>Whether any limit shapes bytes now. Asked at every read, so it is as cheap as it looks.</summary>
    internal bool IsShaped
    {
        get
        {
            foreach (Limit limit in _limits)
            {
                if (limit.IsShaped)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>
    /// Asks every limit for a place and does not wait for one; the lease tells whether all admitted, and gives the places back when disposed.
    /// </summary>
    public LimitLease Acquire()
    {
        lock (Limit.Gate)
        {
            ServeAll();
            if (Obstacle(turn: null) is { } limit)
            {
                return new LimitLease(limit.Scope) { CouldWait = limit.Numbers.WaitUpTo > TimeSpan.Zero };
            }

            Take();
            return new LimitLease(this);
        }
    }

    /// <summary>
    /// Asks every limit for a place and waits where a limit has none, as long as its <see cref="RateLimit.WaitUpTo"/> says, in order
    /// of arrival; the lease tells whether all admitted, and gives the places back when disposed.
    /// </summary>
    /// <param name="cancellation">Ends the wait: the lease is then a refusal, unless all had admitted already.</param>
    public ValueTask<LimitLease> AcquireAsync(CancellationToken cancellation = default)
    {
        LimitTurn turn;
        lock (Limit.Gate)
        {
            ServeAll();
            turn = new LimitTurn(this);
        }

        return turn.Ended.IsCompleted || !cancellation.CanBeCanceled ? new ValueTask<LimitLease>(turn.Ended) : WaitAsync(turn, cancellation);
    }

    /// <summary>
    /// The limit that keeps a connection out, also because somebody waits there who came before: one at which it may not wait, or
    /// else the first; null = all have room. Under <see cref="Limit.Gate"/>.
    /// </summary>
    /// <param name="turn">The connection; null = one that does not wait and comes after all who do.</param>
    internal Limit? Obstacle(LimitTurn? turn)
    {
        Limit? first = null;
        foreach (Limit limit in _limits)
        {
            if ((!limit.HasPlace || IsBehind(limit, turn)) && Decides(limit))
            {
                return limit;
            }
        }

        foreach (Limit limit in _limits)
        {
            if (!limit.HasPermit && Decides(limit))
            {
                return limit;
            }
        }

        return first;

        bool Decides(Limit limit)
        {
            first ??= limit;
            return turn is null ? limit.Numbers.WaitUpTo == TimeSpan.Zero : !turn.MayWaitAt(limit);
        }
    }

    /// <summary>Takes a place in every limit, which all have one. Under <see cref="Limit.Gate"/>.</summary>
    internal void Take()
    {
        foreach (Limit limit in _limits)
        {
            limit.Take();
        }
    }

    /// <summary>Tells every limit that one more waits who will be held by it, or one less with -1. Under <see cref="Limit.Gate"/>.</summary>
    internal void Expect(int change)
    {
        foreach (Limit limit in _limits)
        {
            limit.Expect(change);
        }
    }

    /// <summary>Gives the places of an admitted connection back, and has those served who wait for them.</summary>
    internal void Release()
    {
        lock (Limit.Gate)
        {
            foreach (Limit limit in _limits)
            {
                limit.Leave();
            }

            ServeAll();
        }
    }

    private static async ValueTask<LimitLease> WaitAsync(LimitTurn turn, CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(
            static state =>
            {
                lock (Limit.Gate)
                {
                    ((LimitTurn)state!).GiveUp();
                }
            },
            turn);
        return await turn.Ended.ConfigureAwait(false);
    }

    private static bool IsBehind(Limit limit, LimitTurn? turn) => turn is null ? limit.Line.First is not null : limit.Line.HasBefore(turn);

    private void ServeAll()
    {
        foreach (Limit limit in _limits)
        {
            limit.Serve();
        }
    }
}
