namespace KestrelL4.Upstreams;

/// <summary>Gives every client its own upstream by weighted rendezvous hashing.</summary>
/// <remarks>
/// A client and an upstream make one number h in (0, 1), the same everywhere and always; the least -ln(h) / weight wins. So one
/// upstream more or less moves only the clients that it gains or loses, and each has clients in proportion to its weight.
/// </remarks>
internal sealed class ClientHash : IBalancingPolicy
{
    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<Candidate> candidates, in ClientKey client)
    {
        ulong key = client.Hash();
        int best = 0;
        double least = double.PositiveInfinity;
        for (int i = 0; i < candidates.Length; i++)
        {
            double distance = -Math.Log(StableHash.Fraction(key ^ candidates[i].Upstream.IdentityHash)) / candidates[i].Weight;
            if (distance < least)
            {
                best = i;
                least = distance;
            }
        }

        return best;
    }
}
