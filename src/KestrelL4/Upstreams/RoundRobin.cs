namespace KestrelL4.Upstreams;

/// <summary>Takes one upstream after the other in proportion to their weights, and mixes them as evenly as the weights allow.</summary>
/// <remarks>Each pick gives every candidate its weight in credit; the one with the most takes the connection and pays the sum of them all.</remarks>
internal sealed class RoundRobin : IBalancingPolicy
{
    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<Candidate> candidates, in ClientKey client)
    {
        double all = SumOf(candidates);
        int best = 0;
        for (int i = 1; i < candidates.Length; i++)
        {
            if (Credit(candidates[i], all) > Credit(candidates[best], all))
            {
                best = i;
            }
        }

        return best;
    }

    /// <inheritdoc/>
    public void Take(ReadOnlySpan<Candidate> candidates, int chosen)
    {
        double all = SumOf(candidates);
        foreach (Candidate candidate in candidates)
        {
            candidate.Upstream.Credit = Credit(candidate, all);
        }

        candidates[chosen].Upstream.Credit -= all;
    }

    // Bounded by one round: what was gathered under other weights or among others would make one win again and again.
    private static double Credit(Candidate candidate, double all) => Math.Clamp(candidate.Upstream.Credit, -all, all) + candidate.Weight;

    private static double SumOf(ReadOnlySpan<Candidate> candidates)
    {
        double sum = 0;
        foreach (Candidate candidate in candidates)
        {
            sum += candidate.Weight;
        }

        return sum;
    }
}
