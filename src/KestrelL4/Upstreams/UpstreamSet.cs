namespace KestrelL4.Upstreams;

/// <summary>The upstreams of an application, and which of them takes the next connection.</summary>
/// <param name="upstreams">All upstreams; may be empty.</param>
internal sealed class UpstreamSet(IReadOnlyList<Upstream> upstreams)
{
    private readonly Lock _picking = new();
    private double _latestTurn;

    /// <summary>All upstreams, available or not.</summary>
    public IReadOnlyList<Upstream> All => upstreams;

    /// <summary>
    /// Picks the best available upstream that was not tried yet and counts the connection in: the caller leaves it exactly once.
    /// Null = none is left. Backup upstreams come after every other.
    /// </summary>
    public Upstream? Pick(IReadOnlyList<Upstream> tried)
    {
        lock (_picking)
        {
            Upstream? best = null;
            foreach (Upstream candidate in upstreams)
            {
                if (candidate.Weight > 0 && !candidate.IsFull && !tried.Contains(candidate)
                    && (best is null || IsBetter(candidate, best)))
                {
                    best = candidate;
                }
            }

            if (best is not null)
            {
                TakeTurn(best);
                best.Enter();
            }

            return best;
        }
    }

    private static bool IsBetter(Upstream candidate, Upstream best) => candidate.IsBackup == best.IsBackup
        ? LeastConnections.Prefers(candidate, best)
        : best.IsBackup;

    private void TakeTurn(Upstream upstream)
    {
        // One that was away goes on from the latest turn; its old one would have it win every tie until it caught up.
        double due = Math.Max(upstream.Turn, _latestTurn);
        _latestTurn = due;
        upstream.Turn = due + (1.0 / upstream.Weight);
    }
}
