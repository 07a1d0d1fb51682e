using KestrelL4.RateLimiting;

namespace KestrelL4.Registry;

/// <summary>A registered party that holds one or more certificates.</summary>
public sealed record Client
{
    /// <summary>The name; unique in its registry, compared without case.</summary>
    public required string Name { get; init; }

    /// <summary>Its grants by application; names are compared without case.</summary>
    public required IReadOnlyDictionary<string, Grant> Grants { get; init; }

    /// <summary>The grant for every application without one of its own, also later ones; default null = none.</summary>
    public Grant? GrantForAll { get; init; }

    /// <summary>The limit over all its connections. Default none.</summary>
    public RateLimit RateLimit { get; init; } = RateLimit.None;

    /// <summary>Whether it is refused although it is registered. Default false.</summary>
    public bool Disabled { get; init; }
}
