namespace KestrelL4.Server;

/// <summary>The directory that keeps what must outlive the node, held by one node at a time.</summary>
internal sealed class StateDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly FileStream _lock;

    private StateDirectory(FileStream @lock) => _lock = @lock;

    /// <summary>Creates the directory with mode 0700 if it is missing, and takes its lock.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="problem">What is wrong and what to do, when the answer is null.</param>
    public static StateDirectory? TryOpen(string path, out string problem)
    {
        try
        {
            DirectoryInfo directory = Directory.CreateDirectory(path, OwnerOnly);
            if ((directory.UnixFileMode & Others) != 0)
            {
                problem = $"the state directory '{path}' is open to group or others: chmod 700 {path}";
                return null;
            }

            // The runtime holds an advisory lock on a file opened without sharing, and the kernel lets go of it when a node dies.
            FileStream held = new(Path.Combine(path, "lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            problem = "";
            return new StateDirectory(held);
        }
        catch (UnauthorizedAccessException)
        {
            problem = $"the state directory '{path}' belongs to somebody else or cannot be written: name another in KestrelL4:StateDirectory";
        }
        catch (IOException exception) when (Directory.Exists(path))
        {
            problem = $"the state directory '{path}' is in use by another node ({exception.Message}): give each node its own KestrelL4:StateDirectory";
        }
        catch (IOException exception)
        {
            problem = $"the state directory '{path}' cannot be created ({exception.Message}): name another in KestrelL4:StateDirectory";
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();
}
