namespace KestrelL4.Protocol;

/// <summary>The media types of what node and authority send each other beside JSON.</summary>
internal static class AuthorityMediaTypes
{
    /// <summary>Certificates in PEM, each followed by its issuer (RFC 8555 section 9.1).</summary>
    public const string Certificates = "application/pem-certificate-chain";

    /// <summary>A signed snapshot: <see cref="Snapshots.SnapshotDocument"/>.</summary>
    public const string Snapshot = "application/vnd.kestrell4.snapshot";
}
