namespace KestrelL4.Protocol.Snapshots;

/// <summary>One limit, in the shape that the node's configuration has; what is null is the default of that shape.</summary>
/// <remarks>Durations are written as <c>hh:mm:ss</c>, a form that the configuration reads too.</remarks>
internal sealed record RegisteredLimit
{
    private static readonly TimeSpan DefaultWindow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>The most connections held at the same time. 1 or more.</summary>
    public int? MaxConcurrentConnections { get; init; }

    /// <summary>The most connections admitted in one <see cref="Window"/>. 1 or more.</summary>
    public int? ConnectionsPerWindow { get; init; }

    /// <summary>The length of the sliding window. More than zero.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>The bytes a second in each direction. 1 or more.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>How long a connection waits for a place. Zero or more.</summary>
    public TimeSpan? WaitUpTo { get; init; }

    /// <summary>What is wrong with the numbers; null when nothing is.</summary>
    public string? Problem() =>
        MaxConcurrentConnections < 1 ? "MaxConcurrentConnections is 1 or more"
        : ConnectionsPerWindow < 1 ? "ConnectionsPerWindow is 1 or more"
        : BytesPerSecond < 1 ? "BytesPerSecond is 1 or more"
        : Window is { } window && (window <= TimeSpan.Zero || window > Longest) ? "Window is more than zero and at most 3650 days"
        : WaitUpTo is { } wait && (wait < TimeSpan.Zero || wait > Longest) ? "WaitUpTo is zero or more and at most 3650 days"
        : null;

    /// <summary>The numbers for people: <c>5 at once, 10 per 00:00:01</c>.</summary>
    public override string ToString()
    {
        string?[] parts =
        [
            MaxConcurrentConnections is { } most ? $"{most} at once" : null,
            ConnectionsPerWindow is { } perWindow ? $"{perWindow} per {Window ?? DefaultWindow:c}" : null,
            BytesPerSecond is { } bytes ? $"{bytes} B/s" : null,
            WaitUpTo is { } wait ? $"waits {wait:c}" : null,
        ];
        return string.Join(", ", parts.Where(static part => part is not null));
    }
}
