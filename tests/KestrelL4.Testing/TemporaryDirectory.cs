namespace KestrelL4.Testing;

/// <summary>A directory of its own for one test, mode 0700, removed with everything in it at the end.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Its absolute path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("kestrell4-").FullName;

    /// <summary>The absolute path of a name inside.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a text file and gives its absolute path.</summary>
    public string Write(string name, string text)
    {
        string path = this[name];
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Removes the directory; what another process still holds there is left to the system.</summary>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process that is just ending may still write here, and a test that has passed must not fail for that.
        }
    }
}
