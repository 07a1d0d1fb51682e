using System.Diagnostics.CodeAnalysis;

namespace KestrelL4.Authority.Pki;

/// <summary>The next content of an existing file, which takes its place whole: a reader sees the old or the new.</summary>
internal sealed class FileReplacement : IDisposable
{
    private readonly string _path;
    private readonly PkiFile _next;
    private bool _completed;

    private FileReplacement(string path)
    {
        _path = path;
        _next = PkiFile.Public(path + ".next", "");
    }

    /// <summary>Begins one, unless another has begun: read the old content after this, and nothing of it is lost.</summary>
    public static bool TryBegin(string path, [NotNullWhen(true)] out FileReplacement? replacement, [NotNullWhen(false)] out string? refusal)
    {
        var begun = new FileReplacement(path);
        replacement = null;
        refusal = null;
        if (!File.Exists(path))
        {
            refusal = $"{path} does not exist, and a new one would forget what the old one held; restore the file";
            return false;
        }

        if (Path.Exists(begun._next.Path))
        {
            refusal = $"{begun._next.Path} exists, so {path} is being changed by somebody else; try again, "
                + "and remove that file if it stays: it was left behind by a command that was killed";
            return false;
        }

        begun._next.Create();
        replacement = begun;
        return true;
    }

    /// <summary>Puts the content in the file's place.</summary>
    public void Complete(string content)
    {
        using (var stream = new FileStream(_next.Path, FileMode.Open, FileAccess.Write, FileShare.None))
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.Write(content);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        File.Move(_next.Path, _path, overwrite: true);
        _completed = true;
    }

    /// <summary>Leaves the old content in place when it was not completed.</summary>
    public void Dispose()
    {
        if (!_completed)
        {
            File.Delete(_next.Path);
        }
    }
}
