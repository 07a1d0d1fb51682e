namespace KestrelL4.Authority.Api;

/// <summary>Who is at the other end of a connection.</summary>
/// <param name="Role">In which role.</param>
/// <param name="Name">The node's name; an administrator's as the audit log names it, such as <c>uid 0</c>; else what its certificate calls itself, or empty.</param>
/// <param name="Source">Where it comes from: an address, of IPv6 the first 64 bits; or the admin socket.</param>
internal sealed record Peer(Role Role, string Name, string Source)
{
    /// <summary>The end of its certificate; the last instant there is, when it showed none.</summary>
    public DateTimeOffset NotAfter { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>The id of a client's certificate; null for everybody else.</summary>
    public string? CertificateId { get; init; }

    /// <summary>Why its certificate says nothing here; null when it does, or when there is none.</summary>
    public Refusal? Problem { get; init; }
}
