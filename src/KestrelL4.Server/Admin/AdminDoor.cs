using KestrelL4.Server.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace KestrelL4.Server.Admin;

/// <summary>One way in to the admin endpoint: who may come, and what they may.</summary>
internal sealed record AdminDoor
{
    /// <summary>Whoever comes through it.</summary>
    public required Audience Audience { get; init; }

    /// <summary>Puts a step before HTTP.</summary>
    public required Action<ListenOptions> Guard { get; init; }

    /// <summary>Whether a request to this host is meant for the node.</summary>
    public required Func<HostString, bool> IsForThisNode { get; init; }

    /// <summary>The door of probes, scrapers and people.</summary>
    /// <param name="configuration">The section <c>Admin</c> in force.</param>
    public static AdminDoor Tcp(Func<AdminConfiguration> configuration) => new()
    {
        Audience = Audience.Public,
        Guard = static _ => { },
        IsForThisNode = new HostFilter(configuration).Allows,
    };

    /// <summary>The door of the operator.</summary>
    /// <param name="peers">Who is let in.</param>
    /// <param name="configuration">The section <c>Admin</c> in force.</param>
    public static AdminDoor Socket(PeerGate peers, Func<AdminConfiguration> configuration) => new()
    {
        Audience = Audience.Operator,
        Guard = peers.Guard,

        // No browser speaks to a unix socket, but one may reach a port that somebody forwards to it.
        IsForThisNode = new HostFilter(configuration).AllowsAtSocket,
    };
}
