using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KestrelL4.Server.Agent.Caches;

/// <summary>What must outlive the process about the authority and what it gave, beside the things themselves; immutable.</summary>
internal sealed record KeptRecord
{
    private const int CurrentFormat = 1;

    // Far more than any registry's age, and far from what a time span cannot hold.
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(36_500);

    /// <summary>Which form it has.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The pin of the root under which <see cref="Seen"/> and <see cref="Age"/> were learned; null = none yet.</summary>
    public string? Root { get; init; }

    /// <summary>The hash of the section <c>Authority</c> that worked last; null = none has.</summary>
    public string? Worked { get; init; }

    /// <summary>When the authority answered last; null = never.</summary>
    public DateTimeOffset? LastContact { get; init; }

    /// <summary>The newest registry that was put in force; null = none.</summary>
    public SeenRegistry? Seen { get; init; }

    /// <summary>How old the registry was, and when; null = there was none.</summary>
    public KeptAge? Age { get; init; }

    /// <summary>The record in JSON.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, RecordJson.Default.KeptRecord);

    /// <summary>Reads a record; false when it is none that this version wrote.</summary>
    public static bool TryRead(byte[] content, [NotNullWhen(true)] out KeptRecord? record)
    {
        try
        {
            record = JsonSerializer.Deserialize(content, RecordJson.Default.KeptRecord);
        }
        catch (JsonException)
        {
            record = null;
        }

        if (record is not { Format: CurrentFormat }
            || record.Seen is { } seen && (seen.Epoch < 1 || seen.Revision < 1)
            || record.Age is { } age && (age.Age < TimeSpan.Zero || age.Age > Oldest))
        {
            record = null;
        }

        return record is not null;
    }
}

/// <summary>An age as it was at one moment.</summary>
/// <param name="Age">The age, zero or more.</param>
/// <param name="At">The moment, by the wall clock.</param>
internal sealed record KeptAge(TimeSpan Age, DateTimeOffset At)
{
    /// <summary>The age now: a clock that was set back never makes it less.</summary>
    public TimeSpan Now(DateTimeOffset now) => now > At ? Age + (now - At) : Age;
}

/// <summary>The JSON of <see cref="KeptRecord"/>, without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(KeptRecord))]
internal sealed partial class RecordJson : JsonSerializerContext;
