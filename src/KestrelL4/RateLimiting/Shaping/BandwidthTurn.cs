namespace KestrelL4.RateLimiting.Shaping;

/// <summary>One wait in the line of a bandwidth.</summary>
/// <param name="share">Who waits.</param>
/// <param name="size">The bytes it waits for.</param>
/// <param name="start">The virtual time at which it begins; the least is served first.</param>
/// <param name="arrival">Orders those of the same virtual time.</param>
internal sealed class BandwidthTurn(BandwidthShare share, int size, long start, long arrival)
{
    // Whoever waited goes on elsewhere: the grant is made under the bandwidth's lock.
    private readonly TaskCompletionSource<int> _granted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The order of the line.</summary>
    public static IComparer<BandwidthTurn> Order { get; } = Comparer<BandwidthTurn>.Create(static (left, right) =>
        left.Start != right.Start ? left.Start.CompareTo(right.Start) : left.Arrival.CompareTo(right.Arrival));

    /// <summary>Who waits.</summary>
    public BandwidthShare Share => share;

    /// <summary>The bytes it waits for.</summary>
    public int Size => size;

    /// <summary>The virtual time at which it begins.</summary>
    public long Start => start;

    /// <summary>Completes with the bytes that may pass; 0 = the wait was ended.</summary>
    public Task<int> Granted => _granted.Task;

    private long Arrival => arrival;

    /// <summary>Ends the wait, once.</summary>
    public void Grant(int bytes) => _granted.SetResult(bytes);
}
