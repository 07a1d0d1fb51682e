using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace KestrelL4.Authority.RegistryStore;

/// <summary>The file of one part of the state, 0600, replaced whole.</summary>
/// <param name="path">Where it is.</param>
/// <param name="type">How it is written.</param>
internal sealed class StateFile<T>(string path, JsonTypeInfo<T> type)
    where T : class
{
    /// <summary>The longest state that is written: what is signed of it must not be longer than a snapshot may be.</summary>
    public const int MaxBytes = Protocol.Snapshots.SnapshotDocument.MaxBytes - (64 * 1024);

    /// <summary>Where it is.</summary>
    public string Path => path;

    /// <summary>Reads it; null when there is none.</summary>
    /// <exception cref="InvalidDataException">It cannot be understood; the text says what to do.</exception>
    public T? Read()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type)
                ?? throw new InvalidDataException($"{path} is empty; restore it from a backup, then run 'authority restore --new-epoch'");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"{path} cannot be understood ({exception.Message}); restore it from a backup, then run 'authority restore --new-epoch'", exception);
        }
    }

    /// <summary>The bytes of a state.</summary>
    public byte[] Serialize(T state) => JsonSerializer.SerializeToUtf8Bytes(state, type);

    /// <summary>Puts a state in the file's place.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Write(ReadOnlySpan<byte> content) => DurableFile.Write(path, content, DurableFile.Secret);
}
