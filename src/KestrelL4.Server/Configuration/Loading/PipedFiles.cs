namespace KestrelL4.Server.Configuration.Loading;

/// <summary>The configuration files that are pipes: each is read once, with the first reading of all sources.</summary>
internal sealed class PipedFiles
{
    private readonly Dictionary<string, IReadOnlyDictionary<string, string?>> _read = new(StringComparer.Ordinal);
    private bool _isFirstReadingOver;

    /// <summary>What came through a pipe; waits for its writer during the first reading only.</summary>
    /// <exception cref="IOException">It was no pipe then; to wait for a writer now would hold up the node.</exception>
    public IReadOnlyDictionary<string, string?> Read(string path)
    {
        lock (_read)
        {
            return _read.TryGetValue(path, out IReadOnlyDictionary<string, string?>? entries) ? entries
                : _isFirstReadingOver ? throw new IOException($"'{path}' has become a pipe or a device")
                : _read[path] = JsonFile.Read(path);
        }
    }

    /// <summary>All sources have been read once.</summary>
    public void EndFirstReading()
    {
        lock (_read)
        {
            _isFirstReadingOver = true;
        }
    }
}
