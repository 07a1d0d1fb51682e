using System.Text;
using KestrelL4.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>Remembers on disk which pathway led to the authority, where there are two to choose from.</summary>
/// <remarks>
/// Three lines: what the file is, the hash of the section that it speaks of, the pathway. What cannot be read, or speaks of another
/// section, is as if it were not there: the memory saves time, and nothing depends on it.
/// </remarks>
internal sealed partial class PathwayMemory
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "pathway";

    private const string FirstLine = "kestrell4-pathway 1";
    private const int MostBytes = 1024;
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersDirectory = OwnersFile | UnixFileMode.UserExecute;

    private readonly string? _path;
    private readonly string _sectionHash;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private Pathway? _pathway;

    /// <summary>Reads what an earlier process remembered of the same section.</summary>
    public PathwayMemory(AuthorityConfiguration configuration, string sectionHash, string directory, ILogger logger)
    {
        // With one pathway there is nothing to choose.
        _path = configuration is { Pathway: Configuration.Pathway.Auto, Via: not null } ? Path.Combine(directory, FileName) : null;
        _sectionHash = sectionHash;
        _logger = logger;
        _pathway = _path is null ? null : Read(_path);
    }

    /// <summary>The pathway that worked last; null = none is known.</summary>
    public Pathway? Pathway
    {
        get
        {
            lock (_lock)
            {
                return _pathway;
            }
        }
    }

    /// <summary>Takes note of a pathway that worked.</summary>
    public void Note(Pathway pathway)
    {
        lock (_lock)
        {
            if (_pathway == pathway)
            {
                return;
            }

            _pathway = pathway;
            if (_path is not null)
            {
                Write(_path, pathway);
            }
        }
    }

    private Pathway? Read(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] content = new byte[MostBytes];
            int length = file.ReadAtLeast(content, MostBytes, throwOnEndOfStream: false);
            return Encoding.ASCII.GetString(content, 0, length).Split('\n') is [FirstLine, { } hash, { } name, ""]
                && hash == _sectionHash
                && Enum.TryParse(name, out Pathway pathway)
                && pathway is Configuration.Pathway.Direct or Configuration.Pathway.Via
                    ? pathway
                    : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Write(string path, Pathway pathway)
    {
        string fresh = path + ".new";
        try
        {
            // The first question of all, the one for the root by its pin, comes before anything else is kept there.
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnersDirectory);
            File.Delete(fresh);
            using (FileStream file = new(fresh, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnersFile,
            }))
            {
                file.Write(Encoding.ASCII.GetBytes($"{FirstLine}\n{_sectionHash}\n{pathway}\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(fresh, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            NotRemembered(_logger, path, exception.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Which pathway leads to the authority cannot be kept in {Path}, so the next start tries all of them: {Problem}")]
    private static partial void NotRemembered(ILogger logger, string path, string problem);
}
