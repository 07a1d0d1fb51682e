using KestrelL4.Authorization;
using KestrelL4.RateLimiting;
using KestrelL4.Registry;

namespace KestrelL4.Server.Listeners;

/// <summary>The limits' numbers that a configuration gives to clients.</summary>
/// <param name="registry">The clients and their grants.</param>
/// <param name="applications">The applications that are configured.</param>
internal sealed class ClientNumbers(RegistrySnapshot registry, IEnumerable<ServedApplication> applications)
{
    private readonly Dictionary<string, ServedApplication> _applications =
        applications.ToDictionary(static served => served.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The application of a name, or null.</summary>
    public Application? Find(string application) => _applications.GetValueOrDefault(application)?.Application;

    /// <summary>The numbers of a client over all applications; null = there is no such client.</summary>
    public RateLimit? Of(string client) => registry.Find(client)?.RateLimit;

    /// <summary>The numbers of a client in one application; null = it may not use it.</summary>
    public RateLimit? Of((string Client, string Application) party) =>
        registry.Find(party.Client) is { } client
        && _applications.TryGetValue(party.Application, out ServedApplication? served)
        && Authorizer.TryAuthorize(client, served.Name, out Grant? grant)
            ? grant.RateLimit ?? served.Configuration.ClientRateLimit
            : null;
}
