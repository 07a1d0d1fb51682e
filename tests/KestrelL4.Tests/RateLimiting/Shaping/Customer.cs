using KestrelL4.RateLimiting.Shaping;

namespace KestrelL4.Tests.RateLimiting.Shaping;

/// <summary>A connection that takes bytes of a bandwidth, step by step, as the relay does.</summary>
/// <param name="bandwidth">The bandwidth.</param>
/// <param name="perRead">The most that one of its reads finds.</param>
internal sealed class Customer(Bandwidth bandwidth, int perRead = int.MaxValue)
{
    private const int Wanted = 64 * 1024;

    private readonly BandwidthShare _share = new(bandwidth);
    private Task<int>? _turn;

    /// <summary>The bytes it had.</summary>
    public long Had { get; private set; }

    /// <summary>Whether it waits.</summary>
    public bool IsWaiting => _turn is { IsCompleted: false };

    /// <summary>Takes as long as it need not wait, up to so many bytes in all; whether it took any.</summary>
    public async Task<bool> GoOnAsync(long most = long.MaxValue)
    {
        long before = Had;
        while (Had < most && await TurnAsync(most))
        {
        }

        return Had > before;
    }

    /// <summary>Takes one turn, of so many bytes that it had no more in all, unless it has to wait; whether it did.</summary>
    public async Task<bool> TurnAsync(long most = long.MaxValue)
    {
        _turn ??= bandwidth.TakeAsync(_share, Wanted, CancellationToken.None).AsTask();
        if (!_turn.IsCompleted)
        {
            return false;
        }

        int allowed = await _turn;
        _turn = null;
        int read = (int)Math.Min(Math.Min(allowed, perRead), most - Had);
        bandwidth.GiveBack(_share, allowed - read);
        Had += read;
        return true;
    }
}
