using KestrelL4.Registry;
using KestrelL4.Server.Agent;
using KestrelL4.Tls;

namespace KestrelL4.Server.Reload;

/// <summary>What a client needs to be let in, at one moment, and where it came from; immutable, replaced whole.</summary>
internal sealed record Access
{
    /// <summary>The node's own certificate and key; null = the authority has not issued one yet. It may have expired.</summary>
    public NodeIdentity? Identity { get; init; }

    /// <summary>Where the identity came from: <c>file</c>, <c>authority</c>, <c>cache</c>; null = there is none.</summary>
    public string? IdentitySource { get; init; }

    /// <summary>The clients and grants; null = the authority has not sent them yet. They may be stale.</summary>
    public RegistrySnapshot? Registry { get; init; }

    /// <summary>Where the registry came from, in the same words; null = there is none.</summary>
    public string? RegistrySource { get; init; }

    /// <summary>The issuers of client certificates, by distinct names but for several of the authority's own.</summary>
    public IReadOnlyList<ClientAuthority> ClientAuthorities { get; init; } = [];

    /// <summary>Whether the identity is of no use any more.</summary>
    public bool HasExpired(DateTimeOffset now) => Identity?.NotAfter <= now;

    /// <summary>Whether some client could be let in: there are an identity in date and a registry.</summary>
    public bool LetsSomebodyIn(DateTimeOffset now) => Identity is not null && !HasExpired(now) && Registry is not null;

    /// <summary>Takes together what the files hold and what the node has from its authority.</summary>
    /// <param name="files">The files: an identity among them serves before the authority's.</param>
    /// <param name="clients">The registry of the section <c>Clients</c>; null = the authority serves it.</param>
    /// <param name="held">What the node has from its authority; null = it has none.</param>
    public static Access Of(Sources.NodeFiles files, RegistrySnapshot? clients, Holding? held) => new()
    {
        Identity = files.Identity ?? held?.Identity,
        IdentitySource = files.Identity is not null ? "file" : held?.Identity is not null ? Word(held.IdentitySource) : null,
        Registry = clients ?? held?.Registry?.Snapshot,
        RegistrySource = clients is not null ? "file" : held?.Registry is { } registry ? Word(registry.Source) : null,
        ClientAuthorities = [.. files.ClientAuthorities, .. held?.Registry?.ClientAuthorities ?? []],
    };

    private static string Word(HoldingSource source) => source.ToString().ToLowerInvariant();
}
