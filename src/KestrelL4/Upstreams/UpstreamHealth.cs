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
