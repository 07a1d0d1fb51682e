using KestrelL4.Server.Runtime;

namespace KestrelL4.Server;

/// <summary>The directory that keeps what must outlive the node, held by one node at a time.</summary>
internal sealed class StateDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const string Remedy = "name another in KestrelL4:StateDirectory";

    private readonly FileStream _lock;

    private StateDirectory(FileStream @lock) => _lock = @lock;

    /// <summary>Creates the directory with mode 0700 if it is missing, and takes its lock.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="problem">What is wrong and what to do, when the answer is null.</param>
    public static StateDirectory? TryOpen(string path, out string problem) => TryOpen(path, out problem, out _);

    /// <summary>Looks at the directory without creating it or keeping its lock.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="problem">What is wrong and what to do, when it is not free.</param>
    public static StateDirectoryUse Inspect(string path, out string problem)
    {
        if (!Path.Exists(path))
        {
            problem = "";
            return StateDirectoryUse.Free;
        }

        using StateDirectory? opened = TryOpen(path, out problem, out StateDirectoryUse use);
        return use;
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static StateDirectory? TryOpen(string path, out string problem, out StateDirectoryUse use)
    {
        use = StateDirectoryUse.Unsafe;
        try
        {
            DirectoryInfo directory = Directory.CreateDirectory(path, OwnerOnly);
            if ((directory.UnixFileMode & Others) != 0)
            {
                problem = $"the state directory '{path}' is open to group or others; chmod 700 {path}";
                return null;
            }

            if (!FileOwner.IsThisUser(path))
            {
                problem = $"the state directory '{path}' belongs to another user; {Remedy}, or chown it";
                return null;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"the state directory '{path}' cannot be created ({exception.Message}); {Remedy}";
            return null;
        }

        try
        {
            // The runtime holds an advisory lock on a file opened without sharing, and the kernel lets go of it when a node dies.
            FileStream held = new(Path.Combine(path, "lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            problem = "";
            use = StateDirectoryUse.Free;
            return new StateDirectory(held);
        }
        catch (UnauthorizedAccessException exception)
        {
            problem = $"the state directory '{path}' cannot be written ({exception.Message}); {Remedy}";
        }
        catch (IOException)
        {
            use = StateDirectoryUse.ByRunningNode;
            problem = $"the state directory '{path}' is in use by another node; {Remedy}";
        }

        return null;
    }
}
