namespace KestrelL4.Server.Configuration;

/// <summary>How the node ends: section <c>Drain</c>.</summary>
internal sealed record DrainConfiguration
{
    /// <summary>How long the node goes on accepting after it has said that it is not ready. Zero or more; default zero.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How long open connections may take to end by themselves. Zero or more; default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
