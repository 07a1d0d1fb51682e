using System.Text;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Runtime;

namespace KestrelL4.Server;

/// <summary>The directory that keeps what must outlive the node, held by one node at a time.</summary>
internal sealed class StateDirectory : IDisposable
{
    /// <summary>The name of the file that a running node holds locked.</summary>
    public const string LockFile = "lock";

    /// <summary>The name of the file with the addresses of a running node, one a line.</summary>
    public const string ListeningFile = "listening";

    private const string AdminSocketFile = "admin.sock";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string Remedy = "name another in KestrelL4:StateDirectory";

    // The number of a lock that another holds, EAGAIN of Linux; the runtime passes it on as it is.
    private const int HeldByAnother = 11;

    private readonly string _path;
    private readonly FileStream _lock;

    private StateDirectory(string path, FileStream @lock)
    {
        _path = path;
        _lock = @lock;
    }

    /// <summary>Creates the directory with mode 0700 if it is missing, takes its lock, and writes down where the node listens.</summary>
    /// <remarks>A disk that is full, as one may be after a crash, keeps no node from serving.</remarks>
    /// <param name="path">An absolute path.</param>
    /// <param name="addresses">The configured addresses, for those who check a configuration beside the running node.</param>
    /// <param name="problem">What is wrong and what to do, when the answer is null.</param>
    public static StateDirectory? TryOpen(string path, IEnumerable<string> addresses, out string problem)
    {
        problem = NameProblemOf(path) ?? "";
        if (problem.Length > 0)
        {
            return null;
        }

        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            problem = ProblemOf(path) ?? "";
            if (problem.Length > 0)
            {
                return null;
            }

            // The runtime holds an advisory lock on a file opened without sharing, and the kernel lets go of it when a node dies.
            StateDirectory opened = new(path, Create(Path.Combine(path, LockFile), FileMode.OpenOrCreate));
            opened.TellListening(addresses);
            return opened;
        }
        catch (IOException exception) when (exception.HResult == HeldByAnother)
        {
            problem = $"the state directory '{path}' is in use by another node; {Remedy}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"the state directory '{path}' cannot be used ({exception.Message}); {Remedy}";
        }

        return null;
    }

    /// <summary>Writes down where the node listens now, as far as the disk lets it: without it a check takes our own ports for taken.</summary>
    public void TellListening(IEnumerable<string> addresses)
    {
        try
        {
            Write(addresses);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            ForgetListening();
        }
    }

    /// <summary>The path of the admin socket of the node that runs on a state directory.</summary>
    /// <param name="path">The state directory's absolute path.</param>
    public static string AdminSocketOf(string path) => Path.Combine(path, AdminSocketFile);

    /// <summary>Why no node could use a directory of this name; null when one could.</summary>
    public static string? NameProblemOf(string path) =>
        Encoding.UTF8.GetByteCount(AdminSocketOf(path)) is var bytes and > UnixSocketPath.MaxBytes
            ? $"the path of the admin socket, '{AdminSocketOf(path)}', has {bytes} bytes and a socket's may have {UnixSocketPath.MaxBytes}; "
                + "name a shorter path in KestrelL4:StateDirectory"
            : null;

    /// <summary>Why a node must not use a directory that exists; null when it may.</summary>
    public static string? ProblemOf(string path) =>
        (File.GetUnixFileMode(path) & Others) != 0 ? $"the state directory '{path}' is open to group or others; chmod 700 {path}"
        : FileFacts.Of(path) is { IsThisUsers: false } ? $"the state directory '{path}' belongs to another user; {Remedy}, or chown it"
        : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        ForgetListening();
        _lock.Dispose();
    }

    private static FileStream Create(string path, FileMode mode) => new(path, new FileStreamOptions
    {
        Mode = mode,
        Access = FileAccess.ReadWrite,
        Share = FileShare.None,
        UnixCreateMode = OwnersFile,
    });

    private void ForgetListening()
    {
        try
        {
            File.Delete(Path.Combine(_path, ListeningFile));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Without the lock nobody believes the file, and what it says is at worst a little old.
        }
    }

    // Renamed into place, so that nobody reads half of it.
    private void Write(IEnumerable<string> addresses)
    {
        string path = Path.Combine(_path, ListeningFile);
        using (StreamWriter file = new(Create(path + ".new", FileMode.Create)))
        {
            foreach (string address in addresses)
            {
                file.WriteLine(address);
            }
        }

        File.Move(path + ".new", path, overwrite: true);
    }
}
