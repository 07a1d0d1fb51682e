using System.Text.Json.Serialization;

namespace KestrelL4.Protocol.Snapshots;

/// <summary>All clients and grants at one revision, as the authority signs them.</summary>
internal sealed record Snapshot
{
    /// <summary>Which authority; an id that it drew when it was made.</summary>
    public required string AuthorityId { get; init; }

    /// <summary>Goes up when an authority is restored from a backup. 1 or more.</summary>
    public required long Epoch { get; init; }

    /// <summary>Goes up with every change. 1 or more. (Epoch, revision) never goes back at a node.</summary>
    public required long Revision { get; init; }

    /// <summary>Tells two registries apart that bear the same epoch and revision by an accident with a backup. Hexadecimal digits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>When it was signed.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>The issuers of the clients that the authority issues for, DER in Base64, the one that signs now first.</summary>
    /// <remarks>A node trusts them under the name <c>authority</c>. During a rotation there are two.</remarks>
    public required IReadOnlyList<string> ClientIssuers { get; init; }

    /// <summary>The certificates that are revoked, each as <c>AUTHORITY:SERIAL</c>; no client holds one of them.</summary>
    public required IReadOnlyList<string> RevokedCertificates { get; init; }

    /// <summary>The clients by name.</summary>
    public required IReadOnlyDictionary<string, RegisteredClient> Clients { get; init; }

    /// <summary>Epoch, revision and fingerprint: the ETag of the registry without its quotes, and the id of an event.</summary>
    [JsonIgnore]
    public string Version => VersionOf(Epoch, Revision, Fingerprint);

    /// <summary>Writes a version.</summary>
    public static string VersionOf(long epoch, long revision, string fingerprint) => $"{epoch}.{revision}.{fingerprint}";
}
