using System.Net;

namespace KestrelL4.Forwarding;

/// <summary>The addresses of a name.</summary>
/// <param name="Addresses">Distinct addresses in the resolver's order; the last good ones where there is a problem; empty = none was ever found.</param>
/// <param name="Problem">Why the latest look-up gave no address, for people; null = it did.</param>
internal sealed record NameAnswer(IReadOnlyList<IPAddress> Addresses, string? Problem)
{
    /// <summary>Whether the problem is that the name does not exist or has no address: waiting will not help.</summary>
    public bool IsUnknown { get; init; }
}
