using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Agent;

/// <summary>The section <c>Authority</c> as the agent needs it.</summary>
/// <param name="Authority">The section.</param>
/// <param name="Hash">Changes with any key or value of the section.</param>
/// <param name="ClientAuthorities">The names of the client authorities of the node's own configuration, which the authority is told.</param>
internal sealed record AgentSettings(AuthorityConfiguration Authority, string Hash, IReadOnlyList<string> ClientAuthorities)
{
    /// <summary>How old the registry may be to let new connections in; null = as old as it likes.</summary>
    public TimeSpan? StalenessLimit => Authority.OnStale == OnStale.Deny ? Authority.MaxStaleness : null;
}
