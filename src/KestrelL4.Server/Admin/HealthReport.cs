using System.Text.Json.Serialization;

namespace KestrelL4.Server.Admin;

/// <summary>The answer of <c>/readyz</c>.</summary>
/// <param name="Status">The status of what was asked for: the node or one component.</param>
/// <param name="Components">The components by name.</param>
internal sealed record HealthReport(ComponentStatus Status, IReadOnlyDictionary<string, ComponentState> Components)
{
    /// <summary>Whether what was asked for takes traffic: healthy or degraded.</summary>
    [JsonIgnore]
    public bool IsReady => Status is ComponentStatus.Healthy or ComponentStatus.Degraded;
}
