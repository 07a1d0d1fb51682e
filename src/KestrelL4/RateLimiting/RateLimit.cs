namespace KestrelL4.RateLimiting;

/// <summary>The numbers of one limit: how many connections at once, how many in a window, how many bytes a second.</summary>
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

    /// <summary>
    /// The bytes that all connections of the limit together may pass each second in each direction, with a burst of one second;
    /// what is too much waits at its sender. 1 or more; null = no bound. A source address has no bytes to shape.
    /// </summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>
    /// How long a connection that finds no place waits for one, in order of arrival. As many wait as the number that holds them back;
    /// one more is refused at once. Default zero: nobody waits. At a source address nobody ever does.
    /// </summary>
    public TimeSpan WaitUpTo { get; init; }
}
