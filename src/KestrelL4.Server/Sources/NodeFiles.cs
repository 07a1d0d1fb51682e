using KestrelL4.Server.Configuration;
using KestrelL4.Tls;

namespace KestrelL4.Server.Sources;

/// <summary>What the configuration's files hold, checked.</summary>
/// <param name="Configuration">The configuration that names them.</param>
/// <param name="Identity">The node's own certificate and key; null = no files are named, the authority issues it.</param>
/// <param name="ClientAuthorities">The issuers of client certificates with their revocation lists.</param>
/// <param name="SendsTickets">Whether a handshake with the identity ended with a session ticket.</param>
internal sealed record NodeFiles(
    NodeConfiguration Configuration, NodeIdentity? Identity, IReadOnlyList<ClientAuthority> ClientAuthorities, bool SendsTickets)
{
    /// <summary>What is wrong with a file whose former content stays in force, by the component that tells of it; empty when all are good.</summary>
    public IReadOnlyDictionary<string, string> Problems { get; init; } = new Dictionary<string, string>();

    /// <summary>How TLS is spoken with upstreams, by the key of its section.</summary>
    public IReadOnlyDictionary<string, UpstreamTls> UpstreamTls { get; init; } = new Dictionary<string, UpstreamTls>();

    /// <summary>How TLS is spoken with an upstream of an application: as it says itself, or else as the application says; null = not at all.</summary>
    public UpstreamTls? UpstreamTlsOf(string application, string upstream) =>
        UpstreamTls.GetValueOrDefault(UpstreamTlsSection.KeyPathOf(application, upstream))
            ?? UpstreamTls.GetValueOrDefault(UpstreamTlsSection.KeyPathOf(application));

    /// <summary>Loads every file that the configuration names, and shakes hands once with an identity that is new.</summary>
    /// <param name="reading">The configuration, with or without errors.</param>
    /// <param name="previous">What to keep where a file named as before is broken; null = nothing.</param>
    /// <param name="errors">Receives what is wrong with the files.</param>
    /// <param name="time">The clock of validity.</param>
    /// <param name="cancellation">Ends the handshake.</param>
    /// <returns>Null when a file is broken and there is nothing to keep in its place.</returns>
    public static async Task<NodeFiles?> LoadAsync(
        ConfigurationReading reading,
        NodeFiles? previous,
        ICollection<ConfigurationError> errors,
        TimeProvider time,
        CancellationToken cancellation = default)
    {
        FileLoading loading = new(reading, previous, time);
        (NodeIdentity? identity, bool sendsTickets) = await loading.IdentityAsync(cancellation).ConfigureAwait(false);
        IReadOnlyList<ClientAuthority>? authorities = loading.ClientAuthorities();
        IReadOnlyDictionary<string, UpstreamTls>? upstreams = loading.UpstreamTls();
        bool isAuthorityKnown = loading.IsAuthorityKnown();
        foreach (ConfigurationError error in loading.Errors)
        {
            errors.Add(error);
        }

        bool lacksIdentity = identity is null && reading.Understood.Identity is not null;
        return lacksIdentity || authorities is null || upstreams is null || !isAuthorityKnown
            ? null
            : new NodeFiles(reading.Understood, identity, authorities, sendsTickets) { Problems = loading.Problems, UpstreamTls = upstreams };
    }
}
