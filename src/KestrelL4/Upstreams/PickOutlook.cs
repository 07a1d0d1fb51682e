namespace KestrelL4.Upstreams;

/// <summary>What a connection would meet when it picks.</summary>
/// <param name="Upstream">The upstream that it would get; by chance where the policy draws. Null = none takes one now.</param>
/// <param name="CanWait">Whether a place could come for one that waits.</param>
/// <param name="Panic">How many are available, when that is so few that all are offered; null = no panic.</param>
internal readonly record struct PickOutlook(Upstream? Upstream, bool CanWait, Strength? Panic);
