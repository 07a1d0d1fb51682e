namespace KestrelL4.Server;

/// <summary>What a check found.</summary>
/// <param name="Lines">Every finding, one line each; none = a node would start.</param>
internal sealed record CheckFindings(IReadOnlyList<string> Lines)
{
    /// <summary>Whether there are findings, and together they say that the authority is away, at all of its addresses: nothing of the configuration's.</summary>
    public bool IsAuthorityAwayAlone { get; init; }
}
