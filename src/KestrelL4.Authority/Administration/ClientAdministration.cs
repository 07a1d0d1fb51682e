using KestrelL4.Authority.Pki;
using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Authority.Administration;

/// <summary>What an administrator does with clients: registers, changes and revokes them.</summary>
/// <param name="store">The registry.</param>
/// <param name="certificates">Reads the certificates that an administrator names.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class ClientAdministration(Store store, CertificateNames certificates, TimeProvider time)
{
    /// <summary>Registers a client.</summary>
    /// <param name="who">The administrator.</param>
    /// <param name="order">The client.</param>
    public async Task<Answer<DoneReport>> AddAsync(string who, ClientOrder order)
    {
        if (!ClientName.TryParse(order.Name, out ClientName? name))
        {
            return Refusal.Invalid($"'{order.Name}': {ClientName.Rule}");
        }

        if (ApplicationName.ReadAll(order.Applications) is not { } applications)
        {
            return Refusal.Invalid(ApplicationName.Rule);
        }

        return await store.ChangeRegistryAsync<DoneReport>(who, registry =>
        {
            if (registry.Clients.ContainsKey(name.Text))
            {
                return Refusal.Conflict($"client '{name}' is registered already; change it with 'authority client set', or revoke it first");
            }

            Answer<IReadOnlyList<string>> ids = certificates.Read(registry, order.SerialNumbers, null);
            return ids.IsDone
                ? Changed(
                    registry,
                    name.Text,
                    new RegisteredClient { SerialNumbers = ids.Value, Applications = applications },
                    $"client {name} added; certificates {Listed(ids.Value)}; applications {Listed(applications)}")
                : ids.Refusal;
        }).ConfigureAwait(false);
    }

    /// <summary>Changes a client.</summary>
    /// <param name="who">The administrator.</param>
    /// <param name="name">The client.</param>
    /// <param name="change">What is to be different.</param>
    public Task<Answer<DoneReport>> SetAsync(string who, string name, ClientChange change) => store.ChangeRegistryAsync<DoneReport>(who, registry =>
    {
        if (!registry.Clients.TryGetValue(name, out RegisteredClient? client))
        {
            return Unknown(name);
        }

        Answer<ClientEdit> edit = new ClientEditor(certificates, registry).Edit(name, client, change);
        return !edit.IsDone ? edit.Refusal
            : edit.Value.What.Count == 0 ? Refusal.Invalid("nothing was said that is to be different")
            : Changed(registry, name, edit.Value.Client, $"client {name} set; {string.Join("; ", edit.Value.What)}");
    });

    /// <summary>Revokes a client: it is no longer registered, and all certificates that it holds are revoked.</summary>
    /// <param name="who">The administrator.</param>
    /// <param name="name">The client.</param>
    public Task<Answer<DoneReport>> RevokeAsync(string who, string name) => store.ChangeRegistryAsync<DoneReport>(who, registry =>
    {
        if (!registry.Clients.TryGetValue(name, out RegisteredClient? client))
        {
            return Unknown(name);
        }

        DateTimeOffset now = time.GetUtcNow();
        Dictionary<string, RegisteredClient> clients = new(registry.Clients, StringComparer.OrdinalIgnoreCase);
        clients.Remove(name);
        Dictionary<string, DateTimeOffset> revoked = new(registry.Revoked);
        foreach (string id in client.SerialNumbers)
        {
            revoked[id] = now;
        }

        string what = $"client {name} revoked; certificates {Listed(client.SerialNumbers)}";
        return new Changed<RegistryState, DoneReport>(registry with { Clients = clients, Revoked = revoked }, what, new DoneReport(what));
    });

    /// <summary>Revokes a certificate, whoever holds it; one that nobody holds too, for it may be registered later.</summary>
    /// <param name="who">The administrator.</param>
    /// <param name="text">The certificate, as <see cref="CertificateName"/>.</param>
    public Task<Answer<DoneReport>> RevokeCertificateAsync(string who, string text) => store.ChangeRegistryAsync<DoneReport>(who, registry =>
    {
        Answer<CertificateName> name = certificates.ReadOne(registry, text);
        if (!name.IsDone)
        {
            return name.Refusal;
        }

        string id = name.Value.Id;
        if (registry.Revoked.ContainsKey(id))
        {
            return new Changed<RegistryState, DoneReport>(registry, "", new DoneReport($"certificate {id} was revoked already"));
        }

        RegistryState next = registry with { Revoked = new Dictionary<string, DateTimeOffset>(registry.Revoked) { [id] = time.GetUtcNow() } };
        if (registry.HolderOf(id) is not { } holder)
        {
            string alone = $"certificate {id} revoked; no client holds it: compare it with the one that is meant";
            return new Changed<RegistryState, DoneReport>(next, alone, new DoneReport(alone));
        }

        string what = $"certificate {id} of client {holder} revoked";
        RegisteredClient client = registry.Clients[holder];
        return Changed(next, holder, client with { SerialNumbers = [.. client.SerialNumbers.Where(held => held != id)] }, what);
    });

    private static Refusal Unknown(string name) => Refusal.NotFound($"there is no client '{name}'; 'authority client list' lists them all");

    private static string Listed(IReadOnlyCollection<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);

    private static Changed<RegistryState, DoneReport> Changed(RegistryState registry, string name, RegisteredClient client, string what) => new(
        registry with { Clients = new Dictionary<string, RegisteredClient>(registry.Clients, StringComparer.OrdinalIgnoreCase) { [name] = client } },
        what,
        new DoneReport(what));
}
