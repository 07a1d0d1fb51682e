using KestrelL4.RateLimiting;

namespace KestrelL4.Registry;

/// <summary>A client may use an application, under the rate limit that goes with it.</summary>
/// <param name="RateLimit">Replaces the application's own limit per client whole; null = the application's own.</param>
public sealed record Grant(RateLimit? RateLimit = null);
