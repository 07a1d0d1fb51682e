using System.Collections.Frozen;

namespace KestrelL4.Registry;

/// <summary>All clients and grants at one revision; immutable.</summary>
public sealed class RegistrySnapshot
{
    private readonly FrozenDictionary<CertificateId, Client> _clients;
    private readonly FrozenDictionary<string, Client> _names;

    /// <summary>Takes each certificate with the client that holds it.</summary>
    /// <param name="clients">Which client holds which certificate.</param>
    /// <param name="revision">Which state of the registry this is; rises with every change.</param>
    /// <exception cref="ArgumentException">Two clients hold one certificate.</exception>
    public RegistrySnapshot(IEnumerable<KeyValuePair<CertificateId, Client>> clients, long revision)
    {
        ArgumentNullException.ThrowIfNull(clients);
        Dictionary<CertificateId, Client> held = [];
        Dictionary<string, Client> names = new(StringComparer.OrdinalIgnoreCase);
        foreach ((CertificateId id, Client client) in clients)
        {
            if (!held.TryAdd(id, client))
            {
                throw new ArgumentException($"The certificate {id} is held by '{held[id].Name}' and by '{client.Name}'.", nameof(clients));
            }

            names[client.Name] = client;
        }

        _clients = held.ToFrozenDictionary();
        _names = names.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        Revision = revision;
    }

    /// <summary>The line of revisions that this one belongs to; 0 = its source has only one.</summary>
    public long Epoch { get; init; }

    /// <summary>The certificates that were withdrawn, also from clients that are no more.</summary>
    public IReadOnlySet<CertificateId> Revoked { get; init; } = FrozenSet<CertificateId>.Empty;

    /// <summary>How many clients hold at least one certificate.</summary>
    public int ClientCount => _names.Count;

    /// <summary>Which state of the registry this is.</summary>
    public long Revision { get; }

    /// <summary>The client that holds a certificate, or null. Constant time.</summary>
    public Client? Find(CertificateId id) => _clients.GetValueOrDefault(id);

    /// <summary>The client of a name, compared without case, or null.</summary>
    public Client? Find(string name) => _names.GetValueOrDefault(name);

    /// <summary>The certificates that a client holds, in no order. Looks at every certificate of the registry.</summary>
    public IEnumerable<CertificateId> CertificatesOf(Client client) =>
        _clients.Where(entry => ReferenceEquals(entry.Value, client)).Select(static entry => entry.Key);
}
