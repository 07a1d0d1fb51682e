namespace KestrelL4.Upstreams;

/// <summary>Draws two upstreams by their weights and takes the one with fewer connections per weight.</summary>
/// <param name="random">Draws.</param>
internal sealed class PowerOfTwoChoices(Random random) : IBalancingPolicy
{
    private const int Nobody = -1;

    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<Candidate> candidates, in ClientKey client)
    {
        int first = Draw(candidates, Nobody);
        if (candidates.Length == 1)
        {
            return first;
        }

        // Equals go to the one that was drawn first, which is drawn in proportion to the weights.
        int second = Draw(candidates, first);
        return candidates[second].CompareLoad(candidates[first]) < 0 ? second : first;
    }

    private int Draw(ReadOnlySpan<Candidate> candidates, int without)
    {
        double all = 0;
        for (int i = 0; i < candidates.Length; i++)
        {
            all += i == without ? 0 : candidates[i].Weight;
        }

        double drawn = random.NextDouble() * all;
        int last = Nobody;
        for (int i = 0; i < candidates.Length; i++)
        {
            if (i != without)
            {
                last = i;
                drawn -= candidates[i].Weight;
                if (drawn < 0)
                {
                    break;
                }
            }
        }

        // Rounding may leave a rest behind the last of them.
        return last;
    }
}
