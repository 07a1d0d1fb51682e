namespace KestrelL4.RateLimiting.Shaping;

/// <summary>How many share a bandwidth at the moment: those who took from it in this quarter of a second or the one before.</summary>
/// <remarks>Whoever is served is out of the line while it reads and writes, so the line alone would tell too few. Not thread-safe.</remarks>
/// <param name="ticksPerSecond">The frequency of the caller's clock.</param>
internal sealed class Crowd(long ticksPerSecond)
{
    private const int PeriodsPerSecond = 4;

    private long _period;
    private int _now;
    private int _before;

    /// <summary>How many, 1 or more.</summary>
    public int Count => Math.Max(Math.Max(_now, _before), 1);

    /// <summary>Counts a share in at a moment.</summary>
    public void See(BandwidthShare share, long moment)
    {
        long period = moment / (ticksPerSecond / PeriodsPerSecond);
        if (period != _period)
        {
            _before = period == _period + 1 ? _now : 0;
            _now = 0;
            _period = period;
        }

        if (share.SeenIn != period)
        {
            share.SeenIn = period;
            _now++;
        }
    }
}
