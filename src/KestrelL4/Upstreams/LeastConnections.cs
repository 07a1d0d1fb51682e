namespace KestrelL4.Upstreams;

/// <summary>Prefers the upstream with the fewest connections per weight; equals take turns in proportion to their weights.</summary>
internal sealed class LeastConnections : IBalancingPolicy
{
    private double _latestTurn;

    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<Candidate> candidates, in ClientKey client)
    {
        int best = 0;
        for (int i = 1; i < candidates.Length; i++)
        {
            int load = candidates[i].CompareLoad(candidates[best]);
            if (load < 0 || (load == 0 && candidates[i].Upstream.Turn < candidates[best].Upstream.Turn))
            {
                best = i;
            }
        }

        return best;
    }

    /// <inheritdoc/>
    public void Take(ReadOnlySpan<Candidate> candidates, int chosen)
    {
        // One that was away goes on from the latest turn; its old one would have it win every tie until it caught up.
        Upstream upstream = candidates[chosen].Upstream;
        double due = Math.Max(upstream.Turn, _latestTurn);
        _latestTurn = due;
        upstream.Turn = due + (1.0 / candidates[chosen].Weight);
    }
}
