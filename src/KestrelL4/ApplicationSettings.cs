using KestrelL4.ProxyProtocol;
using KestrelL4.RateLimiting;

namespace KestrelL4;

/// <summary>How an application treats its connections.</summary>
public sealed record ApplicationSettings
{
    /// <summary>The time-outs after the handshake.</summary>
    public Timeouts Timeouts { get; init; } = new();

    /// <summary>The limit of all its clients together. Default none.</summary>
    public RateLimit RateLimit { get; init; } = RateLimit.None;

    /// <summary>The limit of each of its clients, unless the client's grant brings its own. Default none.</summary>
    public RateLimit ClientRateLimit { get; init; } = RateLimit.None;

    /// <summary>The PROXY header that its upstreams are sent before a client's first byte. Default none.</summary>
    public ProxyHeaderVersion SendProxyHeader { get; init; }

    /// <summary>Whether the connections of an upstream are closed when it goes down, rather than left to end by themselves. Default false.</summary>
    public bool CloseOnDown { get; init; }
}
