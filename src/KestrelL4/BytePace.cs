using KestrelL4.RateLimiting;
using KestrelL4.RateLimiting.Shaping;

namespace KestrelL4;

/// <summary>How fast the bytes of one connection may pass: as fast as every limit in whose scope it is lets them.</summary>
/// <param name="limits">The limits that admitted the connection.</param>
internal sealed class BytePace(LimitStack limits)
{
    private ByteFlow? _received;
    private ByteFlow? _sent;

    /// <summary>Whether any limit shapes bytes now; limits change while connections are open.</summary>
    public bool IsShaped => limits.IsShaped;

    /// <summary>Waits until bytes may pass in a direction, which has one caller at a time.</summary>
    /// <param name="direction">The direction.</param>
    /// <param name="most">The most that are wanted, 1 or more.</param>
    /// <param name="ending">Ends the wait.</param>
    /// <returns>How many may pass now, at least one; 0 = the wait was ended.</returns>
    public ValueTask<int> AllowAsync(Direction direction, int most, CancellationToken ending) =>
        Flow(direction).TakeAsync(most, ending);

    /// <summary>Gives back what was allowed last in a direction and did not pass.</summary>
    public void GiveBack(Direction direction, int bytes) => Flow(direction).GiveBack(bytes);

    private ByteFlow Flow(Direction direction) =>
        (direction == Direction.Received ? ref _received : ref _sent) ??= new ByteFlow(limits.Limits, direction);
}
