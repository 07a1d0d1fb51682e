namespace KestrelL4.Server.Probing;

/// <summary>What a probe tells of an upstream.</summary>
internal enum ProbeOutcome
{
    /// <summary>It answered as it should.</summary>
    Succeeded,

    /// <summary>It did not.</summary>
    Failed,

    /// <summary>Nothing: this node lacked something, is ending, or has a defect.</summary>
    Unknown,
}

/// <summary>How one probe ended.</summary>
/// <param name="Outcome">What it tells of the upstream.</param>
/// <param name="Reason">The kind of probe and what came instead of success, for people; null unless it failed.</param>
internal readonly record struct ProbeResult(ProbeOutcome Outcome, string? Reason = null);
