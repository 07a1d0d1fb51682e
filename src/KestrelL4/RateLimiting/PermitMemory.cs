namespace KestrelL4.RateLimiting;

/// <summary>What of a limit's window outlives the process: permits by the wall clock, which goes on while nothing runs.</summary>
/// <param name="limit">The limit.</param>
/// <param name="window">Its window.</param>
internal readonly struct PermitMemory(Limit limit, SlidingWindow window)
{
    // A shorter window has slid by before a node is up again.
    private static readonly TimeSpan LongestForgotten = TimeSpan.FromSeconds(2);

    /// <summary>Whether the window is so long that its permits are worth to be kept.</summary>
    public bool IsWorthKeeping => limit.Numbers is { ConnectionsPerWindow: not null } numbers && numbers.Window > LongestForgotten;

    /// <summary>Whether a permit was spent at a moment or later, in ticks of the limit's clock.</summary>
    public bool HasSpentSince(long moment)
    {
        lock (Limit.Gate)
        {
            return window.Latest is var latest and not long.MinValue && latest >= moment;
        }
    }

    /// <summary>The permits still in the window, oldest first.</summary>
    /// <param name="most">The most groups, 1 or more; grouped permits count as long as the youngest of them.</param>
    public IReadOnlyList<PermitGroup> Permits(int most)
    {
        lock (Limit.Gate)
        {
            long now = limit.Time.GetTimestamp();
            DateTimeOffset wall = limit.Time.GetUtcNow();
            List<PermitGroup> permits = [];
            if (!window.IsEmptySince(now - limit.WindowTicks))
            {
                foreach ((long moment, int count) in window.Groups(most))
                {
                    permits.Add(new PermitGroup(wall - limit.Time.GetElapsedTime(moment, now), count));
                }
            }

            return permits;
        }
    }

    /// <summary>Takes up the permits that an earlier process spent, before the first of this one.</summary>
    /// <param name="permits">Oldest first. One from the future, as after a clock was set back, counts as spent just now.</param>
    /// <param name="most">The most permits to take up, of which the latest count.</param>
    /// <returns>How many were taken up.</returns>
    public int Restore(IReadOnlyList<PermitGroup> permits, int most)
    {
        lock (Limit.Gate)
        {
            // Of more permits than the window has only the latest keep anybody out.
            RateLimit numbers = limit.Numbers;
            int left = Math.Min(most, numbers.ConnectionsPerWindow ?? 0);
            Stack<(long Moment, int Count)> latest = [];
            for (int i = permits.Count - 1; i >= 0 && left > 0; i--)
            {
                TimeSpan age = limit.Time.GetUtcNow() - permits[i].At;
                int count = Math.Min(permits[i].Count, left);
                if (age < numbers.Window)
                {
                    left -= count;
                    latest.Push((limit.Time.GetTimestamp() - (long)(Math.Max(age.TotalSeconds, 0) * limit.Time.TimestampFrequency), count));
                }
            }

            int restored = 0;
            foreach ((long moment, int count) in latest)
            {
                window.Restore(moment, count);
                restored += count;
            }

            return restored;
        }
    }
}
