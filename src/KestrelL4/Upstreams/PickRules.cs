namespace KestrelL4.Upstreams;

/// <summary>By which rules upstreams are offered and picked. Immutable.</summary>
/// <param name="Balancing">How one is picked among those offered.</param>
/// <param name="PanicThreshold">The share of available ones below which all are offered. 0 to 1; 0 = off.</param>
/// <param name="SlowStart">How long one that comes back or is new takes to reach its whole weight. Zero or more.</param>
internal sealed record PickRules(Balancing Balancing, double PanicThreshold, TimeSpan SlowStart)
{
    /// <summary>The share of its weight that a slow start begins with, so that it gets connections at all.</summary>
    public const double LeastShare = 0.1;

    /// <summary>The rules of an application's settings.</summary>
    public static PickRules Of(ApplicationSettings settings) => new(settings.Balancing, settings.PanicThreshold, settings.SlowStart);

    /// <summary>The share of its weight that an upstream has which began slowly some time ago: linear up to 1.</summary>
    public double ShareAfter(TimeSpan elapsed) =>
        elapsed < SlowStart ? LeastShare + ((1 - LeastShare) * Math.Max(0, elapsed / SlowStart)) : 1;
}
