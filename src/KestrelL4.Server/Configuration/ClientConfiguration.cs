using KestrelL4.RateLimiting;
using KestrelL4.Registry;

namespace KestrelL4.Server.Configuration;

/// <summary>One registered client: an entry of <c>Clients</c>.</summary>
internal sealed record ClientConfiguration
{
    /// <summary>The certificates it holds; at least one, each at this client only.</summary>
    public required IReadOnlyList<CertificateId> Certificates { get; init; }

    /// <summary>The applications it may use; null = all, also later ones (<c>["*"]</c>). May be empty.</summary>
    public required IReadOnlyList<string>? Applications { get; init; }

    /// <summary>Its limit over all applications. Default: none.</summary>
    public RateLimit RateLimit { get; init; } = RateLimit.None;

    /// <summary>The limits of its grants by application; each replaces the application's <c>ClientRateLimit</c> whole.</summary>
    public IReadOnlyDictionary<string, RateLimit> RateLimits { get; init; } = new Dictionary<string, RateLimit>();

    /// <summary>Whether it is refused although it is registered. Default false.</summary>
    public bool Disabled { get; init; }
}
