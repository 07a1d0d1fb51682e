using KestrelL4.RateLimiting;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Configuration;

/// <summary>One application: an entry of <c>Applications</c>.</summary>
internal sealed record ApplicationConfiguration
{
    /// <summary>The default of <see cref="HandshakeTimeout"/>.</summary>
    public static readonly TimeSpan DefaultHandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Where it accepts connections.</summary>
    public required ListenAddress Listen { get; init; }

    /// <summary>Its upstreams by name; at least one.</summary>
    public required IReadOnlyDictionary<string, UpstreamConfiguration> Upstreams { get; init; }

    /// <summary>How TLS is spoken with those upstreams that do not say themselves. Default null = not at all.</summary>
    public UpstreamTlsConfiguration? UpstreamTls { get; init; }

    /// <summary>How long a client may take for its TLS handshake, with the PROXY header before it. More than zero; default 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = DefaultHandshakeTimeout;

    /// <summary>The time-outs of its connections after the handshake.</summary>
    public Timeouts Timeouts { get; init; } = new();

    /// <summary>How it speaks the PROXY protocol. Default: not at all.</summary>
    public ProxyProtocolConfiguration ProxyProtocol { get; init; } = new();

    /// <summary>The limit of all its clients together. Default: none.</summary>
    public RateLimit RateLimit { get; init; } = RateLimit.None;

    /// <summary>The limit of each of its clients, unless the client's grant brings its own. Default: none.</summary>
    public RateLimit ClientRateLimit { get; init; } = RateLimit.None;

    /// <summary>How the upstream of a connection is picked. Default <see cref="Balancing.LeastConnections"/>.</summary>
    public Balancing Balancing { get; init; }

    /// <summary>What it does about upstreams that fail and come back.</summary>
    public HealthCheckConfiguration HealthCheck { get; init; } = new();
}
