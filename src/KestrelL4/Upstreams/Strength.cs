namespace KestrelL4.Upstreams;

/// <summary>How many of the upstreams that take connections day by day can do so now.</summary>
/// <param name="Available">How many are available.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Backups">How many backups are available, which stand in for them when none of them is.</param>
internal readonly record struct Strength(int Available, int Total, int Backups)
{
    /// <summary>Counts upstreams. One of weight 0 is not missed; backups count for themselves only where there is nothing else.</summary>
    public static Strength Of(ReadOnlySpan<Upstream> upstreams)
    {
        int available = 0;
        int total = 0;
        int availableBackups = 0;
        int backups = 0;
        foreach (Upstream upstream in upstreams)
        {
            if (upstream.Weight > 0)
            {
                int one = upstream.IsAvailable ? 1 : 0;
                if (upstream.IsBackup)
                {
                    availableBackups += one;
                    backups++;
                }
                else
                {
                    available += one;
                    total++;
                }
            }
        }

        return total > 0 ? new Strength(available, total, availableBackups) : new Strength(availableBackups, backups, Backups: 0);
    }

    /// <summary>
    /// Whether the share of the available is below a threshold: not when there are none at all, and not while backups stand in,
    /// for one that works is better than all those that do not.
    /// </summary>
    public bool IsBelow(double threshold) =>
        Total > 0 && (double)Available / Total < threshold && (Available > 0 || Backups == 0);
}
