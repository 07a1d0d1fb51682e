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
internal sealed record SelfReport(string AuthorityId, string CaPin, long Epoch, long Revision);

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
