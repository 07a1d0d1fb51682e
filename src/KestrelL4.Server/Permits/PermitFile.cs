using System.Text.Json;

namespace KestrelL4.Server.Permits;

/// <summary>The file in the state directory that holds the permits of long windows while no node runs.</summary>
/// <remarks>It names clients and addresses, as the configuration beside it does, and holds no secret.</remarks>
/// <param name="directory">The state directory.</param>
internal sealed class PermitFile(string directory)
{
    /// <summary>The name of the file.</summary>
    public const string Name = "permits.json";

    /// <summary>The most bytes that are read; a node never writes as many.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path = Path.Combine(directory, Name);

    /// <summary>What the file holds; nothing when there is none or none that can be used.</summary>
    /// <param name="problem">Why a file that is there is not used; null when it is.</param>
    public IReadOnlyList<KeptLimit> Read(out string? problem)
    {
        problem = null;
        try
        {
            using FileStream file = new(_path, FileMode.Open, FileAccess.Read);
            if (file.Length > MostBytes)
            {
                problem = $"it has {file.Length} bytes, more than {MostBytes}";
                return [];
            }

            KeptPermits? kept = JsonSerializer.Deserialize(file, PermitJson.Default.KeptPermits);
            if (kept is { Format: KeptPermits.Current })
            {
                return kept.Limits;
            }

            problem = "it is of another version";
        }
        catch (FileNotFoundException)
        {
            // The first start, or nothing was to be kept.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            problem = exception.Message;
        }

        return [];
    }

    /// <summary>Replaces what the file holds, whole: after a crash there is the one or the other.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be written.</exception>
    public void Write(IReadOnlyList<KeptLimit> limits)
    {
        string fresh = _path + ".new";
        File.Delete(fresh);
        using (FileStream file = new(fresh, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnersFile,
        }))
        {
            JsonSerializer.Serialize(file, new KeptPermits(KeptPermits.Current, limits), PermitJson.Default.KeptPermits);
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, _path, overwrite: true);
    }
}
