using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KestrelL4.Server.Tests.Configuration.Schema;

/// <summary>Writes what the reader takes, with what the reference says of it, as a JSON schema.</summary>
internal static partial class SchemaWriter
{
    /// <summary>The form of durations, without <c>never</c>.</summary>
    public const string Duration = @"(\d+(\.\d+)?(ms|s|m|h|d)|(\d+\.)?([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,7})?)";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema of a configuration file.</summary>
    public static string Write(KeyKind.Section root)
    {
        JsonObject schema = new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "KestrelL4",
            ["description"] = "A configuration file of KestrelL4, as docs/configuration.md explains it. Other keys at the top are ignored.",
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["$schema"] = new JsonObject { ["type"] = "string", ["description"] = "Where an editor finds this schema." },
                ["KestrelL4"] = Of(root, "", "Everything that a node is told."),
                ["Logging"] = new JsonObject { ["type"] = "object", ["description"] = "Goes to .NET's loggers." },
            },
        };
        return schema.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Of(KeyKind kind, string path, string description)
    {
        JsonObject schema = kind switch
        {
            KeyKind.Section section => new()
            {
                ["type"] = "object",
                ["additionalProperties"] = false,
                ["properties"] = new JsonObject(section.Keys.OrderBy(static key => key.Key, StringComparer.Ordinal)
                    .Select(key => KeyValuePair.Create<string, JsonNode?>(key.Key, OfKey(key.Value, path.Length == 0 ? key.Key : $"{path}:{key.Key}")))),
            },
            KeyKind.Entries entries => new()
            {
                ["type"] = "object",
                ["propertyNames"] = new JsonObject { ["pattern"] = entries.Name.Replace(@"\A", "^", StringComparison.Ordinal).Replace(@"\z", "$", StringComparison.Ordinal) },
                ["additionalProperties"] = OfKey(entries.Entry, $"{path}:{(path.EndsWith("RateLimits", StringComparison.Ordinal) ? "APPLICATION" : "NAME")}"),
            },
            KeyKind.List => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
            KeyKind.Switch => new() { ["type"] = "boolean" },
            KeyKind.Whole { Most: int.MaxValue } whole => new() { ["type"] = "integer", ["minimum"] = whole.Least },
            KeyKind.Whole whole => new() { ["type"] = "integer", ["minimum"] = whole.Least, ["maximum"] = whole.Most },
            KeyKind.Share => new() { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 1 },
            KeyKind.Choice choice => new() { ["type"] = "string", ["enum"] = new JsonArray([.. choice.Words.Select(static word => (JsonNode)word)]) },
            KeyKind.Span span => new() { ["type"] = "string", ["pattern"] = span.MayBeNever ? $"^({Duration}|never)$" : $"^{Duration}$" },
            _ => new() { ["type"] = "string" },
        };
        schema.Insert(0, "description", description);
        return schema;
    }

    private static JsonObject OfKey(KeyKind kind, string path)
    {
        KeyReference.Row row = KeyReference.Of(path) ?? throw new InvalidOperationException($"docs/configuration.md has no row for {path}.");
        string meaning = char.ToUpperInvariant(row.Meaning[0]) + row.Meaning[1..];
        bool tells = kind is not (KeyKind.Switch or KeyKind.Choice or KeyKind.Section or KeyKind.Entries) && row.Values.Length > 0;
        JsonObject schema = Of(kind, path, meaning + (tells ? $". Takes: {row.Values}." : ".") + (row.Default.StartsWith("required", StringComparison.Ordinal) ? $" {Sentence(row.Default)}." : ""));
        if (DefaultOf(kind, row.Default) is { } fallback)
        {
            schema["default"] = fallback;
        }

        return schema;
    }

    // Only what is one literal; all else is words.
    private static JsonNode? DefaultOf(KeyKind kind, string text) => Literal().Match(text) is not { Success: true } literal ? null : (kind, literal.Groups[1].Value) switch
    {
        (KeyKind.Whole, var value) => int.Parse(value, CultureInfo.InvariantCulture),
        (KeyKind.Share, var value) => double.Parse(value, CultureInfo.InvariantCulture),
        (KeyKind.Switch, var value) => bool.Parse(value),
        (_, var value) => value,
    };

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..].Replace("`", "", StringComparison.Ordinal);

    [GeneratedRegex(@"\A`([^`]+)`\z")]
    private static partial Regex Literal();
}
