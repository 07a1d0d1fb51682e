namespace KestrelL4.RateLimiting;

/// <summary>Limits that must all admit a connection.</summary>
/// <remarks>
/// Every limit's count of connections is asked before any window, and a window's permit is given back when a later one
/// refuses: a refusal leaves no trace in any limit. A stack inside a stack counts as its limits, so the order holds across both.
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

    /// <summary>Asks every limit for a place; the lease tells whether all admitted, and gives the places back when disposed.</summary>
    public LimitLease Acquire()
    {
        for (int i = 0; i < _limits.Length; i++)
        {
            if (!_limits[i].TryHold())
            {
                Release(i);
                return new LimitLease(this, _limits[i].Scope);
            }
        }

        for (int i = 0; i < _limits.Length; i++)
        {
            if (!_limits[i].TrySpend())
            {
                for (int spent = i - 1; spent >= 0; spent--)
                {
                    _limits[spent].Refund();
                }

                Release(_limits.Length);
                return new LimitLease(this, _limits[i].Scope);
            }
        }

        return new LimitLease(this, null);
    }

    /// <summary>Gives the places of an admitted connection back.</summary>
    internal void Release() => Release(_limits.Length);

    private void Release(int count)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            _limits[i].Release();
        }
    }
}
