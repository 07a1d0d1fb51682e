namespace KestrelL4;

/// <summary>How long an application lets its connections wait, rest and live.</summary>
public sealed record Timeouts
{
    /// <summary>
    /// How long a connection may wait for a place while every upstream that could take it is full, over all its waits together.
    /// Zero or more; default zero = not at all.
    /// </summary>
    public TimeSpan Queue { get; init; }

    /// <summary>How long one dial may take before the next upstream is tried. More than zero; default 3 s.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a connection may go without a byte in either direction, also when one direction has ended.
    /// More than zero; default 1 h; null = never.
    /// </summary>
    public TimeSpan? Idle { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a connection may last. It ends up to 10 % early, so that connections opened together do not all
    /// return together, and never later. More than zero; default null = never.
    /// </summary>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>
    /// How long a connection may outlive its client certificate. Zero or more; default zero; null = as long as it likes.
    /// </summary>
    public TimeSpan? AfterExpiry { get; init; } = TimeSpan.Zero;
}
