using KestrelL4.Upstreams;

namespace KestrelL4.Forwarding;

/// <summary>A dial that has ended.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="End">The connection, owned by whoever asked for it; null unless connected.</param>
/// <param name="Problem">What went wrong, for people; null = the result tells all.</param>
internal readonly record struct Dial(DialResult Result, RelayEnd? End = null, string? Problem = null);
