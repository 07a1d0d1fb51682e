using System.Text.Json.Serialization;

namespace KestrelL4.Protocol.Snapshots;

/// <summary>One client of the registry, in the shape that an entry of <c>Clients</c> has in the node's configuration.</summary>
internal sealed record RegisteredClient
{
    /// <summary>What <see cref="Applications"/> says when it grants all applications, also later ones.</summary>
    public const string AllApplications = "*";

    /// <summary>The certificates it holds, each as <c>AUTHORITY:SERIAL</c>; empty until the first is registered.</summary>
    public required IReadOnlyList<string> SerialNumbers { get; init; }

    /// <summary>The applications it may use; <c>["*"]</c> = all, also later ones.</summary>
    public required IReadOnlyList<string> Applications { get; init; }

    /// <summary>Its limit over all applications; null = none.</summary>
    public RegisteredLimit? RateLimit { get; init; }

    /// <summary>The limits of its grants by application; each replaces the application's <c>ClientRateLimit</c> whole; null = none.</summary>
    public IReadOnlyDictionary<string, RegisteredLimit>? RateLimits { get; init; }

    /// <summary>Whether it is refused although it is registered.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Disabled { get; init; }
}
