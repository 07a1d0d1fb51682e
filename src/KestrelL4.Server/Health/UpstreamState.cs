using KestrelL4.Upstreams;

namespace KestrelL4.Server.Health;

/// <summary>How an upstream is, in one word and for people.</summary>
/// <param name="Status">One of <c>available</c>, <c>down</c>, <c>quarantined</c>, <c>draining</c>, <c>full</c>.</param>
/// <param name="Reason">Why; null when available, or when nobody told.</param>
internal readonly record struct UpstreamState(string Status, string? Reason)
{
    private const string Draining = "draining";

    /// <summary>Whether it is up: what fills it will leave again.</summary>
    public bool IsUp => Status is "available" or "full";

    /// <summary>The state of an upstream in place.</summary>
    public static UpstreamState Of(Upstream upstream) => upstream switch
    {
        { IsDraining: true } => new(Draining, "the operator drains it"),
        { Health: not UpstreamHealth.Healthy and var health } => new(health.Word(), upstream.HealthReason),
        { IsFull: true } => new("full", $"has its {upstream.MaxConnections} connections"),
        _ => new(UpstreamHealth.Healthy.Word(), null),
    };

    /// <summary>The state of one that a change took out and that still has connections.</summary>
    public static UpstreamState OfFormer() => new(Draining, "is no longer configured");
}
