using System.Security.Cryptography;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Runtime;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent.Caches;

/// <summary>The directory with what the authority gave last, for a start without it.</summary>
/// <remarks>What the disk refuses is kept in memory and tried again; nothing waits for it. Safe to use from any thread.</remarks>
/// <param name="stateDirectory">The node's state directory.</param>
/// <param name="standing">Is told when the disk refuses, and when it takes everything again.</param>
/// <param name="logger">Where it logs.</param>
internal sealed partial class AuthorityCache(string stateDirectory, Standing standing, ILogger<AuthorityCache> logger)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly Lock _lock = new();
    private readonly Dictionary<CachePart, byte[]> _unwritten = [];

    /// <summary>Where it is.</summary>
    public string Directory { get; } = Path.Combine(stateDirectory, "authority");

    /// <summary>What an earlier process kept; null when there is nothing that may be believed, which is logged.</summary>
    public byte[]? Read(CachePart part)
    {
        byte[]? content = null;
        string? problem = Path.Exists(Directory) ? DirectoryProblem() : null;
        if (problem is null)
        {
            content = FileOf(part).Read(out problem);
        }

        if (problem is not null)
        {
            Refuse(problem);
        }

        return content;
    }

    /// <summary>Tells that a file must not be believed; the node goes on as if there were none.</summary>
    /// <param name="problem">Why, naming the file.</param>
    public void Refuse(string problem) => Refused(logger, problem);

    /// <summary>The path of a part, for people.</summary>
    public string PathOf(CachePart part) => Path.Combine(Directory, part.Name);

    /// <summary>Keeps something in place of what was kept before.</summary>
    /// <returns>Whether everything is on the disk now; else it will be tried again.</returns>
    public bool Write(CachePart part, byte[] content)
    {
        lock (_lock)
        {
            _unwritten[part] = content;
            return WriteAll();
        }
    }

    /// <summary>Why an identity would not be kept now; null when it would. Found out by keeping as many bytes: nothing else tells that a disk is full.</summary>
    public string? ProblemOfKeeping()
    {
        lock (_lock)
        {
            try
            {
                System.IO.Directory.CreateDirectory(Directory, OwnerOnly);
                if (DirectoryProblem() is { } problem)
                {
                    return problem;
                }

                KeptFile trial = FileOf(CachePart.Trial);
                trial.Write(RandomNumberGenerator.GetBytes(CachePart.Trial.MostBytes));
                trial.Remove();
                return null;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                return Unwritable(exception);
            }
        }
    }

    /// <summary>Tries again to write what the disk refused.</summary>
    public void Retry()
    {
        lock (_lock)
        {
            if (_unwritten.Count > 0)
            {
                WriteAll();
            }
        }
    }

    /// <summary>Forgets a part, as far as the disk lets it.</summary>
    public void Remove(CachePart part)
    {
        lock (_lock)
        {
            _unwritten.Remove(part);
            try
            {
                FileOf(part).Remove();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // What stays is a key that has done its work, for the node's user alone.
                NotRemoved(logger, PathOf(part), exception.Message);
            }
        }
    }

    // In their order, and no further than the first that fails.
    private bool WriteAll()
    {
        string? problem = null;
        try
        {
            System.IO.Directory.CreateDirectory(Directory, OwnerOnly);
            problem = DirectoryProblem();
            foreach (CachePart part in CachePart.All)
            {
                if (problem is null && _unwritten.TryGetValue(part, out byte[]? content))
                {
                    FileOf(part).Write(content);
                    _unwritten.Remove(part);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = Unwritable(exception);
        }

        standing.TellCache(problem);
        return problem is null;
    }

    private string Unwritable(Exception exception) => $"'{Printable.Line(Directory)}' cannot be written ({Printable.Line(exception.Message)})";

    private string? DirectoryProblem() =>
        !System.IO.Directory.Exists(Directory) ? $"'{Printable.Line(Directory)}' is no directory"
        : FileFacts.Of(Directory) is { IsThisUsers: false } ? $"'{Printable.Line(Directory)}' belongs to another user"
        : (File.GetUnixFileMode(Directory) & KeptFile.Others) != 0 ? $"'{Printable.Line(Directory)}' is open to group or others; chmod 700 it"
        : null;

    private KeptFile FileOf(CachePart part) => new(PathOf(part), part.MostBytes);

    [LoggerMessage(1, LogLevel.Warning, "Not using what was kept of the authority: {Problem}")]
    private static partial void Refused(ILogger logger, string problem);

    [LoggerMessage(2, LogLevel.Warning, "Cannot remove {Path}, which is of no use any more: {Problem}")]
    private static partial void NotRemoved(ILogger logger, string path, string problem);
}
