using KestrelL4.Authority.Identities;
using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Authority.Api;

/// <summary>The snapshot in force, signed when it is first asked for.</summary>
/// <param name="store">The registry.</param>
/// <param name="issuers">Who signs.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class SignedRegistry(Store store, Issuers issuers, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly SnapshotSigner _signer = new(issuers.Snapshots);
    private (Published<RegistryState> Registry, byte[] Document)? _last;

    /// <summary>The version in force, which tells a snapshot from every other.</summary>
    public string Version => VersionOf(store.Registry);

    /// <summary>The version of a registry.</summary>
    public static string VersionOf(Published<RegistryState> registry) =>
        Snapshot.VersionOf(registry.State.Epoch, registry.State.Revision, registry.Fingerprint);

    /// <summary>The signed snapshot in force, with its version.</summary>
    public (string Version, byte[] Document) Current()
    {
        lock (_lock)
        {
            Published<RegistryState> registry = store.Registry;
            if (_last is not { } last || last.Registry != registry)
            {
                last = (registry, _signer.Sign(SnapshotOf(registry)));
                _last = last;
            }

            return (VersionOf(registry), last.Document);
        }
    }

    private Snapshot SnapshotOf(Published<RegistryState> registry) => new()
    {
        AuthorityId = registry.State.AuthorityId,
        Epoch = registry.State.Epoch,
        Revision = registry.State.Revision,
        Fingerprint = registry.Fingerprint,
        IssuedAt = time.GetUtcNow(),
        ClientIssuers = [.. issuers.AcceptedClients.Select(static issuer => Convert.ToBase64String(issuer.RawDataMemory.Span))],
        RevokedCertificates = [.. registry.State.Revoked.Keys],
        Clients = registry.State.Clients,
    };
}
