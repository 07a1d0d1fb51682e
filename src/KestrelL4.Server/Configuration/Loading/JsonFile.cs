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
        byte[] content = ReadBounded(path);
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

    private static byte[] ReadBounded(string path)
    {
        using FileStream file = File.OpenRead(path);
        using var content = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        int read;

        // A pipe has no length to ask for, and a device may never end.
        while ((read = file.Read(buffer)) > 0)
        {
            content.Write(buffer, 0, read);
            if (content.Length > MaxBytes)
            {
                throw new FormatException($"is larger than {MaxBytes / 1024 / 1024} MiB");
            }
        }

        return content.ToArray();
    }

    private sealed class Provider(JsonStreamConfigurationSource source) : JsonStreamConfigurationProvider(source)
    {
        public IReadOnlyDictionary<string, string?> Entries => Data.AsReadOnly();
    }
}
