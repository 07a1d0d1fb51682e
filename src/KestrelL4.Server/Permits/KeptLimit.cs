using System.Text.Json.Serialization;

namespace KestrelL4.Server.Permits;

/// <summary>The permits of one limit as they are written down.</summary>
internal sealed record KeptLimit
{
    /// <summary>Whom the limit holds, in the word of the metrics.</summary>
    public required string Scope { get; init; }

    /// <summary>The client; null where the scope has none.</summary>
    public string? Client { get; init; }

    /// <summary>The application; null where the scope has none.</summary>
    public string? Application { get; init; }

    /// <summary>The source address; null where the scope has none.</summary>
    public string? Source { get; init; }

    /// <summary>The permits, oldest first.</summary>
    public required IReadOnlyList<KeptGroup> Permits { get; init; }
}

/// <summary>Permits that were spent together or nearly so.</summary>
/// <param name="At">When the last of them was spent.</param>
/// <param name="Count">How many, 1 or more.</param>
internal readonly record struct KeptGroup(DateTimeOffset At, int Count);

/// <summary>What the file of permits holds.</summary>
/// <param name="Format">Which form it has, <see cref="Current"/>.</param>
/// <param name="Limits">The limits with permits in their window.</param>
internal sealed record KeptPermits(int Format, IReadOnlyList<KeptLimit> Limits)
{
    /// <summary>The form that this version reads and writes.</summary>
    public const int Current = 1;
}

/// <summary>The JSON of <see cref="KeptPermits"/>, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(KeptPermits))]
internal sealed partial class PermitJson : JsonSerializerContext;
