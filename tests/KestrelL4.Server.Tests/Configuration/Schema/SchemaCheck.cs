using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KestrelL4.Server.Tests.Configuration.Schema;

/// <summary>Checks JSON against as much of JSON schema as ours uses; a word that it does not know is an error.</summary>
internal static class SchemaCheck
{
    private static readonly HashSet<string> Words =
    [
        "$schema", "title", "description", "type", "properties", "additionalProperties", "propertyNames", "items", "enum", "pattern", "minimum", "maximum", "default",
    ];

    /// <summary>What is wrong with a value, each with its place; empty = nothing.</summary>
    public static IEnumerable<string> Faults(JsonNode? value, JsonObject schema, string place = "")
    {
        foreach (string word in schema.Select(static word => word.Key).Where(static word => !Words.Contains(word)))
        {
            yield return $"{place}: the schema says {word}, which this does not check";
        }

        if ((string?)schema["type"] is { } type && !IsOf(value, type))
        {
            yield return $"{place}: is no {type}";
            yield break;
        }

        foreach (string fault in Bounds(value, schema))
        {
            yield return $"{place}: {fault}";
        }

        foreach (string fault in (value as JsonArray ?? []).SelectMany((item, index) => Faults(item, schema["items"]!.AsObject(), $"{place}:{index}")))
        {
            yield return fault;
        }

        foreach ((string key, JsonNode? child) in value as JsonObject ?? [])
        {
            foreach (string fault in OfKey(key, child, schema, $"{place}:{key}"))
            {
                yield return fault;
            }
        }
    }

    private static IEnumerable<string> OfKey(string key, JsonNode? value, JsonObject schema, string place) =>
        schema["propertyNames"] is { } names && !Regex.IsMatch(key, (string)names["pattern"]!) ? [$"{place}: is no name"]
        : schema["properties"]?[key] is JsonObject known ? Faults(value, known, place)
        : schema["additionalProperties"] is JsonObject others ? Faults(value, others, place)
        : schema["additionalProperties"] is JsonValue ? [$"{place}: is unknown"]
        : [];

    private static IEnumerable<string> Bounds(JsonNode? value, JsonObject schema)
    {
        if (schema["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, value)))
        {
            yield return $"is none of {words.ToJsonString()}";
        }

        if ((string?)schema["pattern"] is { } pattern && !Regex.IsMatch((string)value!, pattern))
        {
            yield return $"does not match {pattern}";
        }

        if (schema["minimum"] is { } least && (double)value! < (double)least || schema["maximum"] is { } most && (double)value! > (double)most)
        {
            yield return "is out of range";
        }
    }

    private static bool IsOf(JsonNode? value, string type) => (type, value?.GetValueKind()) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) => true,
        ("integer", JsonValueKind.Number) => value!.ToJsonString().All(char.IsAsciiDigit),
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        _ => false,
    };
}
