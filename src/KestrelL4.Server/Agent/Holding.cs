using KestrelL4.Protocol.Snapshots;
using KestrelL4.Registry;
using KestrelL4.Tls;

namespace KestrelL4.Server.Agent;

/// <summary>What the node has from the authority at one moment; immutable, replaced whole.</summary>
internal sealed record Holding
{
    /// <summary>The identity, with its issuer behind it; null = the node has not joined yet. It may have expired.</summary>
    public NodeIdentity? Identity { get; init; }

    /// <summary>Where the identity came from.</summary>
    public HoldingSource IdentitySource { get; init; }

    /// <summary>The clients and grants; null = there was never a snapshot.</summary>
    public HeldRegistry? Registry { get; init; }
}

/// <summary>A verified snapshot as the data plane takes it.</summary>
/// <param name="Version">Which one: <see cref="Snapshot.Version"/>.</param>
/// <param name="Snapshot">Clients, grants and revoked certificates.</param>
/// <param name="ClientAuthorities">The issuers of the authority's own client certificates, each of the name <c>authority</c>.</param>
/// <param name="Source">Where it came from.</param>
internal sealed record HeldRegistry(
    string Version, RegistrySnapshot Snapshot, IReadOnlyList<ClientAuthority> ClientAuthorities, HoldingSource Source)
{
    /// <summary>The reserved name of the authority's own client issuers.</summary>
    public const string AuthorityName = "authority";
}

/// <summary>Where something that the authority gave came from.</summary>
internal enum HoldingSource
{
    /// <summary>From the authority, in this process.</summary>
    Authority,

    /// <summary>From the cache in the state directory.</summary>
    Cache,
}
