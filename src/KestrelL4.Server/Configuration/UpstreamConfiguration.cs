using System.Net;

namespace KestrelL4.Server.Configuration;

/// <summary>One server address of an application: an entry of <c>Upstreams</c>.</summary>
internal sealed record UpstreamConfiguration
{
    /// <summary>The default of <see cref="Weight"/>.</summary>
    public const int DefaultWeight = 1;

    /// <summary>An address and port, a host name and port, or a unix socket.</summary>
    public required EndPoint Address { get; init; }

    /// <summary>Its share of the connections. 0 to 256; default 1; 0 = no new connections.</summary>
    public int Weight { get; init; } = DefaultWeight;

    /// <summary>The most connections open to it at once. 1 or more; default null = no bound.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>Whether it is used only when no other upstream is available. Default false.</summary>
    public bool Backup { get; init; }

    /// <summary>Whether every address of its host name is an upstream of its own, rather than the name one that is resolved at each dial. Default false.</summary>
    public bool Expand { get; init; }

    /// <summary>How TLS is spoken with it. Default null = as the application says.</summary>
    public UpstreamTlsConfiguration? Tls { get; init; }
}
