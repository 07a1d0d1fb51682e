namespace KestrelL4.Protocol;

/// <summary>What the authority serves over HTTPS.</summary>
internal static class AuthorityRoutes
{
    /// <summary>GET: the authority's root in PEM, to anyone.</summary>
    public const string Ca = "/v1/ca";

    /// <summary>POST with a certificate signing request in PEM: a node's certificate, followed by its issuer's.</summary>
    /// <remarks>With a join token as bearer and without a certificate the first time, with the node's certificate from then on.</remarks>
    public const string Identity = "/v1/identity";

    /// <summary>GET: whether authority and node know each other. A <see cref="Pong"/>, to nodes.</summary>
    public const string Ping = "/v1/ping";

    /// <summary>GET: the signed snapshot, with an ETag. To nodes.</summary>
    public const string Registry = "/v1/registry";

    /// <summary>GET: server-sent events that tell which snapshot is in force. To nodes.</summary>
    public const string RegistryEvents = "/v1/registry/events";

    /// <summary>The parameter of <see cref="Ping"/>, repeatable, by which a node tells the client authorities of its own configuration.</summary>
    public const string ClientAuthorityParameter = "clientAuthority";

    /// <summary>The event that tells that a snapshot has come into force, or is in force at the beginning of the stream.</summary>
    public const string RegistryEvent = "registry";

    /// <summary>The event that confirms, every <see cref="HeartbeatInterval"/>, that the snapshot told last is still in force.</summary>
    public const string HeartbeatEvent = "heartbeat";

    /// <summary>How often a stream of events without news confirms what it told. 5 s: a stream silent for 20 s is dead.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);
}
