namespace KestrelL4.Server.Configuration;

/// <summary>One issuer of client certificates: an entry of <c>ClientAuthorities</c>.</summary>
internal sealed record ClientAuthorityConfiguration
{
    /// <summary>
    /// A PEM file: its first certificate signs client certificates, further ones lead to the self-signed anchor. An absolute path.
    /// </summary>
    public required string Certificate { get; init; }
}
