using KestrelL4.ProxyProtocol;
using KestrelL4.RateLimiting;
using KestrelL4.Upstreams;

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

    /// <summary>How the upstream of a connection is picked. Default <see cref="Balancing.LeastConnections"/>.</summary>
    public Balancing Balancing { get; init; }

    /// <summary>
    /// The share of available upstreams below which all are offered rather than few or none, but for those that are drained or full.
    /// 0 to 1; default 0 = off.
    /// </summary>
    public double PanicThreshold { get; init; }

    /// <summary>
    /// How long an upstream that comes back, or that is new to an application which has others, takes to reach its whole weight.
    /// Zero or more; default zero = at once.
    /// </summary>
    public TimeSpan SlowStart { get; init; }

    /// <summary>The PROXY header that its upstreams are sent before a client's first byte. Default none.</summary>
    public ProxyHeaderVersion SendProxyHeader { get; init; }

    /// <summary>Whether the connections of an upstream are closed when it goes down, rather than left to end by themselves. Default false.</summary>
    public bool CloseOnDown { get; init; }
}
