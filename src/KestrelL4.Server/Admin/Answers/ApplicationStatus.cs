using KestrelL4.Server.Health;

namespace KestrelL4.Server.Admin.Answers;

/// <summary>One application on <c>/status</c>.</summary>
internal sealed record ApplicationStatus
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The address it is bound to.</summary>
    public required string Listen { get; init; }

    /// <summary>Whether its port is open there.</summary>
    public required bool Open { get; init; }

    /// <summary>How it is.</summary>
    public required ComponentStatus Status { get; init; }

    /// <summary>Connections open now.</summary>
    public required long Connections { get; init; }

    /// <summary>Those of them that wait for a place at an upstream.</summary>
    public required long Queued { get; init; }

    /// <summary>Connections ended, by close reason.</summary>
    public required IReadOnlyDictionary<string, long> Totals { get; init; }

    /// <summary>Its upstreams, ordered by name.</summary>
    public required IReadOnlyList<UpstreamStatus> Upstreams { get; init; }
}

/// <summary>One upstream on <c>/status</c>.</summary>
internal sealed record UpstreamStatus
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its address and port.</summary>
    public required string Address { get; init; }

    /// <summary>One of <c>available</c>, <c>down</c>, <c>quarantined</c>, <c>draining</c>, <c>full</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Connections open to it now.</summary>
    public required long Connections { get; init; }

    /// <summary>Connections opened to it since the start.</summary>
    public required long Total { get; init; }

    /// <summary>Why it has its status; null when available.</summary>
    public string? Reason { get; init; }

    /// <summary>Since when it has had its status.</summary>
    public required DateTimeOffset Since { get; init; }
}
