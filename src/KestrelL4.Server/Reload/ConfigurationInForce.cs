using KestrelL4.Server.Configuration;
using KestrelL4.Server.Sources;

namespace KestrelL4.Server.Reload;

/// <summary>The configuration that the node follows, with what its files held when they were last good.</summary>
/// <param name="Reading">What the operator wrote.</param>
/// <param name="Files">What the files hold.</param>
/// <param name="AppliedAt">Since when it has been in force.</param>
internal sealed record ConfigurationInForce(ConfigurationReading Reading, NodeFiles Files, DateTimeOffset AppliedAt)
{
    /// <summary>The checked configuration.</summary>
    public NodeConfiguration Configuration => Reading.Understood;
}

/// <summary>What the node read and did not put in force.</summary>
/// <param name="At">When it was refused.</param>
/// <param name="Errors">Why, one line each.</param>
internal sealed record RejectedReload(DateTimeOffset At, IReadOnlyList<string> Errors);
