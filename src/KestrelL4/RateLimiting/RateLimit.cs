namespace KestrelL4.RateLimiting;

/// <summary>The numbers of one limit: how many connections at once, and how many in a window.</summary>
/// <remarks>Every scope has the same shape. A value without numbers, <see cref="None"/>, admits everything.</remarks>
public sealed record RateLimit
{
    /// <summary>The limit that admits everything.</summary>
    public static RateLimit None { get; } = new();

    /// <summary>The most connections held at the same time. 1 or more; null = no bound.</summary>
    public int? MaxConcurrentConnections { get; init; }

    /// <summary>The most connections admitted in any span as long as <see cref="Window"/>. 1 or more; null = no bound.</summary>
    public int? ConnectionsPerWindow { get; init; }

    /// <summary>The length of the sliding window. More than zero; default one second.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(1);
}
