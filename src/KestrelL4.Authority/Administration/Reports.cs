using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Authority.Administration;

/// <summary>A join token was made.</summary>
/// <param name="Token">The token: shown now, and never again.</param>
/// <param name="ExpiresAt">When it ends.</param>
internal sealed record TokenReport(string Token, DateTimeOffset ExpiresAt);

/// <summary>Something was done.</summary>
/// <param name="Text">What, as the audit log says it, with what an operator should know.</param>
internal sealed record DoneReport(string Text);

/// <summary>The authority itself.</summary>
/// <param name="AuthorityId">Its id.</param>
/// <param name="CaPin">The pin of its root.</param>
/// <param name="Epoch">The registry's epoch.</param>
/// <param name="Revision">The registry's revision.</param>
/// <param name="Issuers">The root and the issuers.</param>
internal sealed record SelfReport(string AuthorityId, string CaPin, long Epoch, long Revision, IReadOnlyList<IssuerReport> Issuers);

/// <summary>The root or an issuer.</summary>
/// <param name="Name">What it is: <c>root</c>, <c>nodes</c>, <c>clients</c>, <c>snapshots</c>.</param>
/// <param name="NotAfter">Its end.</param>
/// <param name="Warning">What to do, when its end is near; null while it is not.</param>
internal sealed record IssuerReport(string Name, DateTimeOffset NotAfter, string? Warning);

/// <summary>The administrators' list.</summary>
/// <param name="Administrators">By the ids of the certificates.</param>
internal sealed record AdministratorsReport(IReadOnlyDictionary<string, AdministratorReport> Administrators);

/// <summary>An entry of the administrators' list.</summary>
/// <param name="Client">The client that holds the certificate.</param>
/// <param name="NotAfter">The certificate's end.</param>
/// <param name="Problem">Why it opens nothing any more; null = it does.</param>
internal sealed record AdministratorReport(string Client, DateTimeOffset NotAfter, string? Problem);

/// <summary>The registry in force.</summary>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Clients">The clients by name.</param>
/// <param name="Revoked">The revoked certificates by id, with the instant of revocation.</param>
internal sealed record ClientsReport(
    long Epoch, long Revision, IReadOnlyDictionary<string, RegisteredClient> Clients, IReadOnlyDictionary<string, DateTimeOffset> Revoked);

/// <summary>The nodes.</summary>
/// <param name="Nodes">By name.</param>
internal sealed record NodesReport(IReadOnlyDictionary<string, NodeRecord> Nodes);
