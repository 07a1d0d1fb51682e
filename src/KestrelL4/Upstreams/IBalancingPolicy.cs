namespace KestrelL4.Upstreams;

/// <summary>Chooses among upstreams that are all offered. Called under the set's lock only.</summary>
internal interface IBalancingPolicy
{
    /// <summary>Which candidate is to take a connection of a client; changes nothing.</summary>
    /// <param name="candidates">At least one.</param>
    /// <param name="client">Whose connection it is.</param>
    /// <returns>The candidate's index.</returns>
    int Choose(ReadOnlySpan<Candidate> candidates, in ClientKey client);

    /// <summary>Takes in that the chosen candidate took it.</summary>
    void Take(ReadOnlySpan<Candidate> candidates, int chosen)
    {
    }
}
