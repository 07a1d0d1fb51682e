namespace KestrelL4.Server;

/// <summary>What a check found.</summary>
/// <param name="Lines">Every finding, one line each; none = a node would start.</param>
internal sealed record CheckFindings(IReadOnlyList<string> Lines)
{
    /// <summary>Whether there are findings, and each of them is that the authority is away: nothing of the configuration's.</summary>
    public bool IsAuthorityAwayAlone { get; init; }
}
