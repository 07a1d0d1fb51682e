using KestrelL4.Authority.Api;
using KestrelL4.Authority.RegistryStore;

namespace KestrelL4.Authority.Administration;

/// <summary>Enters certificates into the administrators' list, and strikes them out.</summary>
/// <param name="store">The list, and the registry that knows which certificates were issued.</param>
/// <param name="administrators">Knows which of them still count.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class AdministratorAdministration(Store store, AdministratorList administrators, TimeProvider time)
{
    private const int Most = 1_000;

    private const string Rule =
        "an administrator's certificate is one that this authority issued by 'authority client issue': write its serial number, or authority:SERIAL";

    /// <summary>Enters a certificate.</summary>
    /// <param name="who">The administrator who asks for it.</param>
    /// <param name="text">The certificate, as <see cref="CertificateName"/>, of this authority.</param>
    public Task<Answer<DoneReport>> AddAsync(string who, string text) => store.ChangeNodesAsync<DoneReport>(who, nodes =>
    {
        if (IdOf(text) is not { } id)
        {
            return Refusal.Invalid($"'{text}': {Rule}");
        }

        RegistryState registry = store.Registry.State;
        if (!registry.Issued.TryGetValue(id, out DateTimeOffset notAfter) || registry.HolderOf(id) is not { } client)
        {
            return Refusal.NotFound($"no client holds a certificate {id} of this authority; 'authority client list' lists them all");
        }

        if (nodes.Administrators.Count >= Most)
        {
            return Refusal.Conflict($"{Most} certificates are in the list, the most that it may hold; remove some");
        }

        DateTimeOffset now = time.GetUtcNow();
        Dictionary<string, AdministratorRecord> entries = new(nodes.Administrators) { [id] = new AdministratorRecord(client, notAfter, now) };
        string what = $"certificate {id} of client {client}, until {notAfter:u}, entered into the list of administrators";
        return new Changed<NodesState, DoneReport>(nodes with { Administrators = entries }, what, new DoneReport(what));
    });

    /// <summary>Strikes a certificate out.</summary>
    /// <param name="who">The administrator who asks for it.</param>
    /// <param name="text">The certificate, as <see cref="CertificateName"/>, of this authority.</param>
    public Task<Answer<DoneReport>> RemoveAsync(string who, string text) => store.ChangeNodesAsync<DoneReport>(who, nodes =>
    {
        if (IdOf(text) is not { } id)
        {
            return Refusal.Invalid($"'{text}': {Rule}");
        }

        Dictionary<string, AdministratorRecord> entries = new(nodes.Administrators);
        if (!entries.Remove(id))
        {
            return Refusal.NotFound($"certificate {id} is not in the list; 'authority administrator list' lists them all");
        }

        string what = $"certificate {id} removed from the list of administrators";
        return new Changed<NodesState, DoneReport>(nodes with { Administrators = entries }, what, new DoneReport(what));
    });

    /// <summary>The list.</summary>
    public AdministratorsReport List()
    {
        DateTimeOffset now = time.GetUtcNow();
        return new AdministratorsReport(store.Nodes.State.Administrators.ToDictionary(
            static entry => entry.Key,
            entry => new AdministratorReport(
                entry.Value.Client,
                entry.Value.NotAfter,
                (PeerIdentification.Expired(entry.Value.NotAfter, now) ?? administrators.ProblemOf(entry.Key, entry.Value))?.Text)));
    }

    private static string? IdOf(string text) =>
        CertificateName.TryParse(text, out CertificateName? name) && name.ClientAuthority is null or CertificateName.OwnAuthority ? name?.Id : null;
}
