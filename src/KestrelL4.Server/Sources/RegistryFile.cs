using KestrelL4.Registry;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Sources;

/// <summary>The registry from the section <c>Clients</c>.</summary>
internal static class RegistryFile
{
    /// <summary>Makes the snapshot of a configuration.</summary>
    public static RegistrySnapshot Snapshot(NodeConfiguration configuration, long revision) => new(
        from client in configuration.Clients
        let model = ClientOf(client.Key, client.Value)
        from certificate in client.Value.Certificates
        select KeyValuePair.Create(certificate, model),
        revision);

    private static Client ClientOf(string name, ClientConfiguration configuration)
    {
        Dictionary<string, Grant> grants = new(StringComparer.OrdinalIgnoreCase);
        foreach (string application in configuration.Applications ?? configuration.RateLimits.Keys)
        {
            grants[application] = new Grant(configuration.RateLimits.GetValueOrDefault(application));
        }

        return new Client
        {
            Name = name,
            Grants = grants,
            GrantForAll = configuration.Applications is null ? new Grant() : null,
            RateLimit = configuration.RateLimit,
            Disabled = configuration.Disabled,
        };
    }
}
