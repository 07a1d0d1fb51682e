namespace KestrelL4.Bench.Proxies;

/// <summary>How much a node has beside what the load uses.</summary>
internal sealed record NodeScale
{
    /// <summary>Registered clients. Default 1.</summary>
    public int Clients { get; init; } = 1;

    /// <summary>Upstreams of the application, of which every second one has the same address. 1 or more; default 2.</summary>
    public int Upstreams { get; init; } = 2;

    /// <summary>Applications, each with its listener. Default 1.</summary>
    public int Applications { get; init; } = 1;

    /// <summary>Whether every scope has a limit, which the load does not reach.</summary>
    public bool IsLimited { get; init; }

    /// <summary>Whether its metrics are read every second.</summary>
    public bool IsScraped { get; init; }
}
