namespace KestrelL4.Authority.Pki;

/// <summary>A file to be written: where, what, and who may read it.</summary>
internal sealed class PkiFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ReadableByAll = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _content;
    private readonly UnixFileMode _mode;

    private PkiFile(string path, string content, UnixFileMode mode)
    {
        Path = path;
        _content = content;
        _mode = mode;
    }

    /// <summary>Where it goes.</summary>
    public string Path { get; }

    /// <summary>A file that everybody may read, 0644 less what the umask takes: a certificate or a revocation list.</summary>
    public static PkiFile Public(string path, string content) => new(path, content, ReadableByAll);

    /// <summary>A file that its owner alone may read, 0600: a key.</summary>
    public static PkiFile Secret(string path, string content) => new(path, content, OwnerOnly);

    /// <summary>Creates the file with its mode from its first moment on.</summary>
    /// <exception cref="IOException">It exists already, or the disk refuses it; then nothing of it remains.</exception>
    public void Create()
    {
        using FileStream stream = Open();
        try
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.Write(_content);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }
        catch
        {
            File.Delete(Path);
            throw;
        }
    }

    private FileStream Open() => new(Path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        Share = FileShare.None,
        UnixCreateMode = _mode,
    });
}
