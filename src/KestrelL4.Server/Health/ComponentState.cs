namespace KestrelL4.Server.Health;

/// <summary>What a component says of itself.</summary>
/// <param name="Status">How it is.</param>
/// <param name="Reason">Why, for people; null when healthy.</param>
/// <param name="Since">Since when it has had this status; a new reason does not move it.</param>
internal sealed record ComponentState(ComponentStatus Status, string? Reason, DateTimeOffset Since);
