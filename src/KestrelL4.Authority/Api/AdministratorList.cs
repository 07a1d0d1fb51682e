using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Authority.Api;

/// <summary>Whose certificates open administration over TLS: those of the administrators' list, as long as each still counts.</summary>
/// <remarks>Asked with every request, so that whatever is withdrawn is refused at once, on an open connection too.</remarks>
/// <param name="store">The list, and the registry that knows which certificates still count.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class AdministratorList(Store store, TimeProvider time)
{
    /// <summary>Why a client that shows its certificate may not administer; null when it may.</summary>
    public Refusal? ProblemOf(Peer peer) =>
        peer.CertificateId is not { } id || !store.Nodes.State.Administrators.TryGetValue(id, out AdministratorRecord? entry)
            ? Refusal.Forbidden(
                RefusalReason.WrongRole,
                "the certificate shown is a client's that is not in the list of administrators; 'authority administrator add' enters one")
            : PeerIdentification.Expired(peer.NotAfter, time.GetUtcNow()) ?? ProblemOf(id, entry);

    /// <summary>Why a certificate of the list does not open administration, its end left aside; null when it does.</summary>
    public Refusal? ProblemOf(string id, AdministratorRecord entry)
    {
        RegistryState registry = store.Registry.State;
        return registry.Revoked.ContainsKey(id) || !IsHeld(registry, id, entry.Client)
            ? Refusal.Forbidden(RefusalReason.CertificateRefused, $"certificate {id} is revoked")
            : registry.Clients[entry.Client].Disabled
                ? Refusal.Forbidden(RefusalReason.CertificateRefused, $"client '{entry.Client}', which holds certificate {id}, is disabled")
                : null;
    }

    private static bool IsHeld(RegistryState registry, string id, string client) =>
        registry.Clients.TryGetValue(client, out RegisteredClient? holder) && holder.SerialNumbers.Contains(id);
}
