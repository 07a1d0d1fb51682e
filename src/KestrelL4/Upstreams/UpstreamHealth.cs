namespace KestrelL4.Upstreams;

/// <summary>Whether an upstream may be picked, as probes and dials tell.</summary>
public enum UpstreamHealth
{
    /// <summary>Nothing speaks against it.</summary>
    Healthy,

    /// <summary>Its probes fail.</summary>
    Down,

    /// <summary>Its dials failed: out for a time that always ends.</summary>
    Quarantined,
}

/// <summary>The words for <see cref="UpstreamHealth"/> in logs, metrics and answers.</summary>
public static class UpstreamHealthExtensions
{
    private static readonly string[] Words = ["available", "down", "quarantined"];

    /// <summary>How many kinds of health there are.</summary>
    internal static int Count => Words.Length;

    /// <summary>The health as logs, metrics and answers write it, such as <c>down</c>.</summary>
    public static string Word(this UpstreamHealth health) => Words[(int)health];
}
