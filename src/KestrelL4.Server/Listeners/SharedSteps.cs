using KestrelL4.RateLimiting;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Listeners;

/// <summary>What the connections of all applications meet.</summary>
/// <param name="Gate">The node's bounds.</param>
/// <param name="Sources">The limits of source addresses.</param>
/// <param name="Handshake">How handshakes go.</param>
/// <param name="Trust">Who is let in.</param>
/// <param name="Clients">The limits that clients share over all applications.</param>
internal sealed record SharedSteps(AcceptGate Gate, SourceLimits Sources, ClientHandshake Handshake, TrustInForce Trust, ClientLimits Clients)
{
    /// <summary>Puts other numbers in force; they count the connections that are open.</summary>
    public void Use(NodeConfiguration configuration)
    {
        Gate.MaxConnections = configuration.Accept.MaxConnections;
        Gate.MaxHandshakes = configuration.Accept.MaxConcurrentHandshakes;
        Sources.Numbers = configuration.SourceRateLimit;
        Clients.Node.Numbers = configuration.RateLimit;
    }
}
