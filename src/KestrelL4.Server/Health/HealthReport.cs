namespace KestrelL4.Server.Health;

/// <summary>The answer of <c>/readyz</c>.</summary>
/// <param name="Status">The status of what was asked for: the node or one component.</param>
/// <param name="Components">The components by name.</param>
internal sealed record HealthReport(ComponentStatus Status, IReadOnlyDictionary<string, ComponentState> Components);
