namespace KestrelL4;

/// <summary>What a timer bears.</summary>
internal static class Patience
{
    /// <summary>A wait that a timer bears: longer ones end after 49 days (<c>uint.MaxValue - 1</c> milliseconds), when nobody waits any more.</summary>
    public static TimeSpan Bounded(TimeSpan wait) => wait < Longest ? wait : Longest;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);
}
