namespace KestrelL4.Server.Configuration;

/// <summary>What an application does about upstreams that fail and come back: its section <c>HealthCheck</c>.</summary>
internal sealed record HealthCheckConfiguration
{
    /// <summary>How its upstreams are probed; null = they are not, which is the default.</summary>
    public ActiveCheckConfiguration? Active { get; init; }

    /// <summary>What failed dials cost an upstream.</summary>
    public PassiveCheckConfiguration Passive { get; init; } = new();

    /// <summary>The share of available upstreams below which all are offered. 0 to 1; default 0 = off.</summary>
    public double PanicThreshold { get; init; }

    /// <summary>How long an upstream that comes back, or is new, takes to reach its whole weight. Zero or more; default zero = at once.</summary>
    public TimeSpan SlowStart { get; init; }

    /// <summary>Whether the connections of an upstream are closed when it goes down. Default false.</summary>
    public bool CloseOnDown { get; init; }
}
