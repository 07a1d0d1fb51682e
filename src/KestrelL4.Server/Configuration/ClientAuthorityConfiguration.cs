namespace KestrelL4.Server.Configuration;

/// <summary>One issuer of client certificates: an entry of <c>ClientAuthorities</c>.</summary>
internal sealed record ClientAuthorityConfiguration
{
    /// <summary>
    /// A PEM file: its first certificate signs client certificates, further ones lead to the self-signed anchor. An absolute path.
    /// </summary>
    public required string Certificate { get; init; }

    /// <summary>A file with the issuer's revocation list, PEM or DER. An absolute path; null = nothing is revoked by a list.</summary>
    public string? RevocationList { get; init; }

    /// <summary>How old that list may be, since it was issued. More than zero; null = as old as it likes.</summary>
    public TimeSpan? MaxRevocationAge { get; init; }
}
