namespace KestrelL4.RateLimiting;

/// <summary>What a stack of limits answered: a place in each of them, or the scope that refused.</summary>
public sealed class LimitLease : IDisposable
{
    private LimitStack? _stack;

    internal LimitLease(LimitStack stack, RateLimitScope? refusedBy)
    {
        _stack = refusedBy is null ? stack : null;
        RefusedBy = refusedBy;
    }

    /// <summary>Whether every limit admitted.</summary>
    public bool IsAcquired => RefusedBy is null;

    /// <summary>The scope of the limit that refused; null when all admitted.</summary>
    public RateLimitScope? RefusedBy { get; }

    /// <summary>Gives the places back, once.</summary>
    public void Dispose() => Interlocked.Exchange(ref _stack, null)?.Release();
}
