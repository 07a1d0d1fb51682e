namespace KestrelL4.Upstreams;

/// <summary>An upstream's health became another.</summary>
/// <param name="Health">What it is now.</param>
/// <param name="Reason">Why it is not healthy, for people; null = nobody told, or it is.</param>
/// <param name="OutFor">How long it was not healthy; null while it is not.</param>
internal readonly record struct HealthChange(UpstreamHealth Health, string? Reason, TimeSpan? OutFor);
