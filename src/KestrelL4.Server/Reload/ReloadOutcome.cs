namespace KestrelL4.Server.Reload;

/// <summary>What came of a reload.</summary>
/// <param name="Errors">What was refused, one line each; empty = everything is in force.</param>
internal sealed record ReloadOutcome(IReadOnlyList<string> Errors)
{
    /// <summary>Whether everything that was read is in force.</summary>
    public bool IsApplied => Errors.Count == 0;
}
