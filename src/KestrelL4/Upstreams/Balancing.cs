namespace KestrelL4.Upstreams;

/// <summary>How the upstream of a connection is picked among those that are offered; backup upstreams come after every other.</summary>
public enum Balancing
{
    /// <summary>The one with the fewest connections for its weight; equals take turns in proportion to their weights.</summary>
    LeastConnections,

    /// <summary>One after the other in proportion to their weights, evenly mixed, whatever connections they have.</summary>
    RoundRobin,

    /// <summary>Two are drawn by their weights; the one with fewer connections for its weight takes it.</summary>
    PowerOfTwoChoices,

    /// <summary>
    /// The one that belongs to the client: the same on every node and after every start, in proportion to the weights. When one
    /// goes, only its own clients move.
    /// </summary>
    ClientHash,
}
