using System.Text.Json;
using System.Text.Json.Serialization;
using KestrelL4.Server.Admin.Page;
using KestrelL4.Server.Admin.Routes;
using KestrelL4.Server.Explaining;
using KestrelL4.Server.Health;

namespace KestrelL4.Server.Admin.Answers;

/// <summary>How the admin endpoint writes its answers: camelCase, times as <c>2026-01-01T00:00:00Z</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(UtcTimestamp)])]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(NodeStatus))]
[JsonSerializable(typeof(Liveness))]
[JsonSerializable(typeof(AdminError))]
[JsonSerializable(typeof(ReloadRefusal))]
[JsonSerializable(typeof(Explanation))]
[JsonSerializable(typeof(IEnumerable<OpenConnection>))]
[JsonSerializable(typeof(OpenConnection[]))]
[JsonSerializable(typeof(NodeNews))]
[JsonSerializable(typeof(ApplicationNews))]
[JsonSerializable(typeof(IReadOnlyList<TrafficSample>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(string))]
internal sealed partial class AdminJson : JsonSerializerContext
{
    /// <summary>Has a web host write its answers so.</summary>
    public static void ApplyTo(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Clear();
        options.TypeInfoResolverChain.Add(Default);
        options.Converters.Add(new UtcTimestamp());
        options.NumberHandling = JsonNumberHandling.Strict;
    }

    private sealed class UtcTimestamp : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime);
    }
}

/// <summary>The answer of <c>/livez</c>.</summary>
/// <param name="Status">Always <c>live</c>.</param>
internal sealed record Liveness(string Status);

/// <summary>The answer to a request that cannot be served.</summary>
/// <param name="Error">What is wrong with it and what to do.</param>
internal sealed record AdminError(string Error);
