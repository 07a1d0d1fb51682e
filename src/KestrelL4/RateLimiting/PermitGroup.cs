namespace KestrelL4.RateLimiting;

/// <summary>Permits of a window that were spent together or nearly so.</summary>
/// <param name="At">When the last of them was spent, by the wall clock: what outlives a process must not count as older than it is.</param>
/// <param name="Count">How many, 1 or more.</param>
internal readonly record struct PermitGroup(DateTimeOffset At, int Count);
