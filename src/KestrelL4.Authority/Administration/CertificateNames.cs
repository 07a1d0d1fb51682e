using KestrelL4.Authority.RegistryStore;

namespace KestrelL4.Authority.Administration;

/// <summary>Reads the certificates that an administrator names, and knows when a bare serial number says too little.</summary>
/// <remarks>
/// The authority knows of other client authorities what its nodes tell when they ping, and the names that registered certificates
/// bear. As soon as there is one, a serial number without its prefix is refused, for it may be meant of either.
/// </remarks>
/// <param name="store">The nodes.</param>
internal sealed class CertificateNames(Store store)
{
    /// <summary>The most certificates that one client may hold. 1,000.</summary>
    public const int MostOfOneClient = 1_000;

    /// <summary>Reads one, which any client may hold.</summary>
    public Answer<CertificateName> ReadOne(RegistryState registry, string text)
    {
        if (!CertificateName.TryParse(text, out CertificateName? name))
        {
            return Refusal.Invalid($"'{text}': {CertificateName.Rule}");
        }

        string[] others = name.ClientAuthority is null ? OtherAuthorities(registry) : [];
        return others.Length > 0
            ? Refusal.Invalid(
                $"'{text}' does not say which client authority issued it, and the fleet has {string.Join(", ", others)} beside this authority; "
                + $"write {CertificateName.IdOf(others[0], name.SerialNumber)} or {CertificateName.IdOf(CertificateName.OwnAuthority, name.SerialNumber)}")
            : name;
    }

    /// <summary>Reads those that a client is to hold, which no other holds and which are not revoked; gives their ids, each once.</summary>
    /// <param name="registry">The registry in force.</param>
    /// <param name="texts">What the administrator wrote.</param>
    /// <param name="client">The client, if it is registered already; null = it is not.</param>
    public Answer<IReadOnlyList<string>> Read(RegistryState registry, IReadOnlyList<string> texts, string? client)
    {
        if (texts.Count > MostOfOneClient)
        {
            return Refusal.Invalid($"a client holds at most {MostOfOneClient} certificates");
        }

        List<string> ids = [];
        foreach (string text in texts)
        {
            Answer<CertificateName> name = ReadOne(registry, text);
            if (!name.IsDone)
            {
                return name.Refusal;
            }

            string id = name.Value.Id;
            if (registry.Revoked.ContainsKey(id))
            {
                return Refusal.Conflict($"certificate {id} is revoked, and stays so; have another issued");
            }

            if (registry.HolderOf(id) is { } holder && !holder.Equals(client, StringComparison.OrdinalIgnoreCase))
            {
                return Refusal.Conflict($"certificate {id} is held by client '{holder}' already; one certificate is one client's");
            }

            if (!ids.Contains(id))
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    private string[] OtherAuthorities(RegistryState registry) =>
    [
        .. store.Nodes.State.Nodes.Values.Where(static node => node.RevokedAt is null).SelectMany(static node => node.ClientAuthorities)
            .Concat(registry.Clients.Values.SelectMany(static client => client.SerialNumbers).Select(CertificateName.AuthorityOf))
            .Where(static name => name != CertificateName.OwnAuthority)
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];
}
