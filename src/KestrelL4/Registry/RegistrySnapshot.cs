using System.Collections.Frozen;

namespace KestrelL4.Registry;

/// <summary>All clients and grants at one revision; immutable.</summary>
public sealed class RegistrySnapshot
{
    private readonly FrozenDictionary<CertificateId, Client> _clients;

    /// <summary>Takes each certificate with the client that holds it.</summary>
    /// <param name="clients">Which client holds which certificate.</param>
    /// <param name="revision">Which state of the registry this is; rises with every change.</param>
    /// <exception cref="ArgumentException">Two clients hold one certificate.</exception>
    public RegistrySnapshot(IEnumerable<KeyValuePair<CertificateId, Client>> clients, long revision)
    {
        ArgumentNullException.ThrowIfNull(clients);
        Dictionary<CertificateId, Client> held = [];
        HashSet<Client> distinct = new(ReferenceEqualityComparer.Instance);
        foreach ((CertificateId id, Client client) in clients)
        {
            if (!held.TryAdd(id, client))
            {
                throw new ArgumentException($"The certificate {id} is held by '{held[id].Name}' and by '{client.Name}'.", nameof(clients));
            }

            distinct.Add(client);
        }

        _clients = held.ToFrozenDictionary();
        ClientCount = distinct.Count;
        Revision = revision;
    }

    /// <summary>How many clients hold at least one certificate.</summary>
    public int ClientCount { get; }

    /// <summary>Which state of the registry this is.</summary>
    public long Revision { get; }

    /// <summary>The client that holds a certificate, or null. Constant time.</summary>
    public Client? Find(CertificateId id) => _clients.GetValueOrDefault(id);
}
