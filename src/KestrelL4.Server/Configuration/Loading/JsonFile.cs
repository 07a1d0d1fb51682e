using System.Text.Json;
using Microsoft.Extensions.Configuration.Json;

namespace KestrelL4.Server.Configuration.Loading;

/// <summary>A configuration file: JSON with comments and trailing commas, in UTF-8, up to 64 MiB.</summary>
internal static class JsonFile
{
    private const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>Reads the file's keys and values.</summary>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="FormatException">The content is not a JSON object of sensible size; the message says where.</exception>
    public static IReadOnlyDictionary<string, string?> Read(string path)
    {
        byte[] content = BoundedFile.Read(path, MaxBytes);
        try
        {
            JsonBounds.Check(content);
            var provider = new Provider(new JsonStreamConfigurationSource { Stream = new MemoryStream(content) });
            provider.Load();
            return provider.Entries;
        }
        catch (JsonException exception)
        {
            // The reader's own message ends with its zero-based position, which would contradict ours.
            string reason = exception.Message.Split(" LineNumber:")[0];
            throw new FormatException(
                $"is not JSON at line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: {reason}", exception);
        }
    }

    private sealed class Provider(JsonStreamConfigurationSource source) : JsonStreamConfigurationProvider(source)
    {
        public IReadOnlyDictionary<string, string?> Entries => Data.AsReadOnly();
    }
}
