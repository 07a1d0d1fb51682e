namespace KestrelL4;

/// <summary>What a timer bears.</summary>
internal static class TimerBounds
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    /// <summary>A time-out that a timer bears: longer ones end after 49 days (<c>uint.MaxValue - 1</c> milliseconds), when nobody waits any more.</summary>
    public static TimeSpan Bound(TimeSpan timeout) => timeout < Longest ? timeout : Longest;

    /// <summary>When a timer is to fire that must not fire early: in whole milliseconds, one at least, and no later than a timer bears.</summary>
    public static TimeSpan Due(TimeSpan wait) =>
        TimeSpan.FromMilliseconds(Math.Max(Math.Ceiling(Bound(wait).TotalMilliseconds), 1));
}
