using System.Text.Json;

namespace KestrelL4.Server.Configuration.Loading;

/// <summary>Looks a file over before it is flattened: flat keys repeat the keys above them, so a small file can become gigabytes.</summary>
internal static class JsonBounds
{
    private const int MaxDepth = 64;
    private const long MaxFlatBytes = 128 * 1024 * 1024;

    /// <summary>Passes over the whole content once.</summary>
    /// <exception cref="JsonException">The content is not JSON, or nests deeper than 64.</exception>
    /// <exception cref="FormatException">The content is no object, or its flat keys would take more than 128 MiB.</exception>
    public static void Check(ReadOnlySpan<byte> content)
    {
        ReadOnlySpan<byte> byteOrderMark = [0xEF, 0xBB, 0xBF];
        var reader = new Utf8JsonReader(
            content.StartsWith(byteOrderMark) ? content[byteOrderMark.Length..] : content,
            new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = MaxDepth });
        Span<int> pathLengths = stackalloc int[MaxDepth + 2];
        long flat = 0;
        JsonTokenType previous = JsonTokenType.None;
        while (reader.Read())
        {
            if (previous == JsonTokenType.None && reader.TokenType != JsonTokenType.StartObject)
            {
                throw new FormatException("is not a JSON object");
            }

            int depth = reader.CurrentDepth;
            bool startsPath = depth > 0 && previous != JsonTokenType.PropertyName;
            if (startsPath)
            {
                // A key adds its name and a colon to the path above it, an element of an array its index.
                bool isKey = reader.TokenType == JsonTokenType.PropertyName;
                pathLengths[depth] = pathLengths[depth - 1] + 1 + (isKey ? reader.ValueSpan.Length : 1);
                flat += pathLengths[depth];
            }

            previous = reader.TokenType;

            if (flat > MaxFlatBytes)
            {
                throw new FormatException($"needs more than {MaxFlatBytes / 1024 / 1024} MiB for its keys");
            }
        }
    }
}
