namespace KestrelL4.Server.Draining;

/// <summary>What came of asking for a drain, or for the end of one.</summary>
/// <param name="Result">The answer.</param>
/// <param name="Problem">What is wrong and what to do; null when it was accepted.</param>
internal sealed record DrainAnswer(DrainResult Result, string? Problem = null)
{
    /// <summary>The node is on its way to its end.</summary>
    public static DrainAnswer Stopping { get; } = new(DrainResult.Refused, "the node is stopping");
}

/// <summary>Whether it is done.</summary>
internal enum DrainResult
{
    /// <summary>It has begun, or was so already.</summary>
    Accepted,

    /// <summary>There is no application or upstream of that name.</summary>
    Unknown,

    /// <summary>It cannot be done now.</summary>
    Refused,
}
