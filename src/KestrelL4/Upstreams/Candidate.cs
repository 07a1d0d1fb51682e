namespace KestrelL4.Upstreams;

/// <summary>An upstream that may take a connection, with its numbers as they were when the pick began.</summary>
/// <param name="Upstream">The upstream.</param>
/// <param name="Weight">Its share now, more than 0; less than its own weight while it starts slowly.</param>
/// <param name="ActiveConnections">The connections that it had.</param>
internal readonly record struct Candidate(Upstream Upstream, double Weight, int ActiveConnections)
{
    /// <summary>Compares connections per weight, without dividing: below 0 when this one has fewer.</summary>
    public int CompareLoad(Candidate other) => (ActiveConnections * other.Weight).CompareTo(other.ActiveConnections * Weight);
}
