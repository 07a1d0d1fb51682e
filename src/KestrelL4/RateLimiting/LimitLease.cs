namespace KestrelL4.RateLimiting;

/// <summary>What a stack of limits answered: a place in each of them, or the scope that refused.</summary>
public sealed class LimitLease : IDisposable
{
    private LimitStack? _stack;

    internal LimitLease(LimitStack admitting) => _stack = admitting;

    internal LimitLease(RateLimitScope refusing) => RefusedBy = refusing;

    /// <summary>Whether every limit admitted.</summary>
    public bool IsAcquired => RefusedBy is null;

    /// <summary>The scope of the limit that refused; null when all admitted.</summary>
    public RateLimitScope? RefusedBy { get; }

    /// <summary>Whether the refused one might have waited for a place instead.</summary>
    internal bool CouldWait { get; init; }

    /// <summary>Gives the places back, once.</summary>
    public void Dispose() => Interlocked.Exchange(ref _stack, null)?.Release();
}
