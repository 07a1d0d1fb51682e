namespace KestrelL4.Upstreams;

/// <summary>Prefers the upstream with the fewest connections per weight; equals take turns in proportion to their weights.</summary>
internal static class LeastConnections
{
    /// <summary>Whether one upstream is to be preferred to another; both have a weight above 0.</summary>
    public static bool Prefers(Upstream upstream, Upstream other)
    {
        // active / weight < other's active / weight, without dividing.
        long load = (long)upstream.ActiveConnections * other.Weight;
        long otherLoad = (long)other.ActiveConnections * upstream.Weight;
        return load != otherLoad ? load < otherLoad : upstream.Turn < other.Turn;
    }
}
