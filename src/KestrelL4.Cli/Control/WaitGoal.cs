namespace KestrelL4.Cli.Control;

/// <summary>What a wait waits for.</summary>
internal enum WaitGoal
{
    /// <summary>The node or the component takes traffic: healthy or degraded.</summary>
    Ready,

    /// <summary>It is healthy.</summary>
    Healthy,
}
