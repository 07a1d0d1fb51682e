using KestrelL4.Registry;

namespace KestrelL4.RateLimiting;

/// <summary>The limits that a client meets at a node: the node's, its own, and its own in one application.</summary>
/// <param name="node">The numbers of all authenticated clients of the node together.</param>
/// <param name="time">The clock of the windows.</param>
public sealed class ClientLimits(RateLimit node, TimeProvider time)
{
    private readonly LimitTable<string> _clients = new(RateLimitScope.Client, StringComparer.OrdinalIgnoreCase, time);
    private readonly LimitTable<(string Client, string Application)> _clientApplications =
        new(RateLimitScope.ClientApplication, ClientApplicationComparer.Instance, time);

    /// <summary>The limit of all authenticated clients of the node together.</summary>
    public Limit Node { get; } = new(RateLimitScope.Node, node, time);

    /// <summary>The stack of limits for a client that uses an application by a grant.</summary>
    /// <param name="client">The client.</param>
    /// <param name="grant">The grant, whose own numbers replace the application's whole.</param>
    /// <param name="application">The application's name.</param>
    /// <param name="clientRateLimit">The application's numbers for each of its clients.</param>
    public LimitStack For(Client client, Grant grant, string application, RateLimit clientRateLimit)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(grant);
        return new LimitStack(
            Node,
            _clients.Get(client.Name, client.RateLimit),
            _clientApplications.Get((client.Name, application), grant.RateLimit ?? clientRateLimit));
    }

    /// <summary>The limits of single clients over all applications. They are asked for their numbers by <see cref="For"/>.</summary>
    internal LimitTable<string> Clients => _clients;

    /// <summary>The limits of clients in single applications.</summary>
    internal LimitTable<(string Client, string Application)> ClientApplications => _clientApplications;

    private sealed class ClientApplicationComparer : IEqualityComparer<(string Client, string Application)>
    {
        public static readonly ClientApplicationComparer Instance = new();

        public bool Equals((string Client, string Application) x, (string Client, string Application) y) =>
            string.Equals(x.Client, y.Client, StringComparison.OrdinalIgnoreCase)
            && string.Equals(x.Application, y.Application, StringComparison.OrdinalIgnoreCase);

        public int GetHashCode((string Client, string Application) obj) => HashCode.Combine(
            obj.Client.GetHashCode(StringComparison.OrdinalIgnoreCase), obj.Application.GetHashCode(StringComparison.OrdinalIgnoreCase));
    }
}
