using KestrelL4.Server.Configuration;
using KestrelL4.Tls;

namespace KestrelL4.Server.Sources;

/// <summary>What the configuration's files hold, checked.</summary>
/// <param name="Identity">The node's own certificate and key.</param>
/// <param name="ClientAuthorities">The issuers of client certificates.</param>
internal sealed record NodeFiles(NodeIdentity Identity, IReadOnlyList<ClientAuthority> ClientAuthorities)
{
    /// <summary>Loads every file that the configuration names; null with all errors, the configuration's own included, when there is any.</summary>
    public static NodeFiles? Load(ConfigurationReading reading, TimeProvider time, out IReadOnlyList<ConfigurationError> errors)
    {
        List<ConfigurationError> found = [.. reading.Errors];
        NodeConfiguration configuration = reading.Understood;
        PemFile files = new(reading, found);
        NodeIdentity? identity = IdentityFiles.Load(configuration.Identity, files, time);
        IReadOnlyList<ClientAuthority>? authorities = ClientAuthorityFiles.Load(configuration.ClientAuthorities, files);
        errors = found;
        return found.Count == 0 && identity is not null && authorities is not null ? new NodeFiles(identity, authorities) : null;
    }
}
