using System.Globalization;
using KestrelL4.Server.Runtime;

namespace KestrelL4.Server;

/// <summary>What a look at a state directory shows; nothing is created, and no lock is taken, which might meet a node just starting.</summary>
/// <param name="Problem">Why no node could use it; null when one could or does.</param>
/// <param name="Listening">The addresses of the node that runs on it; empty when none does.</param>
internal sealed record StateDirectoryInspection(string? Problem, IReadOnlySet<string> Listening)
{
    private const string KernelsLocks = "/proc/locks";

    /// <summary>Looks at the directory, which need not exist.</summary>
    /// <param name="path">An absolute path.</param>
    public static StateDirectoryInspection Of(string path)
    {
        if (StateDirectory.NameProblemOf(path) is { } unusable)
        {
            return new StateDirectoryInspection(unusable, new HashSet<string>());
        }

        try
        {
            if (!Path.Exists(path))
            {
                return new StateDirectoryInspection(null, new HashSet<string>());
            }

            string? problem = !Directory.Exists(path) ? $"the state directory '{path}' is no directory"
                : StateDirectory.ProblemOf(path) ?? (FileFacts.IsWritable(path) ? null : $"the state directory '{path}' cannot be written");
            return new StateDirectoryInspection(problem, ListeningIn(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new StateDirectoryInspection($"the state directory '{path}' cannot be read ({exception.Message})", new HashSet<string>());
        }
    }

    private static HashSet<string> ListeningIn(string path)
    {
        string listening = Path.Combine(path, StateDirectory.ListeningFile);
        return File.Exists(listening) && IsLocked(Path.Combine(path, StateDirectory.LockFile))
            ? [.. File.ReadLines(listening)]
            : [];
    }

    // A line is such as "3: FLOCK  ADVISORY  WRITE 5161 00:2e:14051 0 EOF": the kind, the process, and the file's device and number.
    private static bool IsLocked(string file)
    {
        if (FileFacts.Of(file) is not { } facts || !File.Exists(KernelsLocks))
        {
            return false;
        }

        string number = ":" + facts.Inode.ToString(CultureInfo.InvariantCulture);
        return File.ReadLines(KernelsLocks)
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(parts => parts is [_, "FLOCK", _, "WRITE", _, var held, ..] && held.EndsWith(number, StringComparison.Ordinal));
    }
}
