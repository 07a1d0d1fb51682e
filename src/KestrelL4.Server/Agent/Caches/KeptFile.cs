using System.ComponentModel;
using System.Runtime.InteropServices;
using KestrelL4.Server.Configuration.Loading;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Runtime;

namespace KestrelL4.Server.Agent.Caches;

/// <summary>A file for the node's user alone, 0600, that is there whole or not at all, also after a kill or a power failure.</summary>
/// <param name="path">An absolute path.</param>
/// <param name="mostBytes">What is longer is not read.</param>
internal sealed partial class KeptFile(string path, int mostBytes)
{
    /// <summary>What group and others may do: nothing, or the file is not believed.</summary>
    public const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string UnfinishedSuffix = ".new";
    private const int ReadOnly = 0;

    private string Name => $"'{Printable.Line(path)}'";

    /// <summary>The content; null when there is no file, or none that may be believed.</summary>
    /// <param name="problem">Why a file that is there is not believed, as a sentence without its end; null when it is, or there is none.</param>
    public byte[]? Read(out string? problem)
    {
        problem = null;
        try
        {
            if (!Path.Exists(path))
            {
                return null;
            }

            FileFacts? facts = FileFacts.Of(path);
            problem = facts is { IsRegular: false } ? $"{Name} is no regular file"
                : facts is { IsThisUsers: false } ? $"{Name} belongs to another user"
                : (File.GetUnixFileMode(path) & Others) != 0 ? $"{Name} is open to group or others"
                : null;
            return problem is null ? BoundedFile.Read(path, mostBytes) : null;
        }
        catch (FormatException exception)
        {
            problem = $"{Name} {exception.Message}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"{Name} cannot be read ({Printable.Line(exception.Message)})";
        }

        return null;
    }

    /// <summary>Writes the file beside its place, sees that it is on the disk, and puts it in its place.</summary>
    /// <exception cref="IOException">The disk does not take it; what was in its place still is, unless the last step failed.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        string unfinished = path + UnfinishedSuffix;
        File.Delete(unfinished);
        try
        {
            using FileStream file = new(unfinished, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                UnixCreateMode = OwnersFile,
                BufferSize = 0,
            });
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }

        File.Move(unfinished, path, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Removes the file if there is one.</summary>
    /// <exception cref="IOException">The disk does not let go of it.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written.</exception>
    public void Remove() => File.Delete(path);

    // A new name is on the disk only when its directory is: the file's own content is not enough.
    private static void SyncDirectory(string directory)
    {
        int descriptor = Open(directory, ReadOnly);
        try
        {
            if (descriptor < 0 || Sync(descriptor) != 0)
            {
                throw new IOException($"'{directory}' cannot be synchronised: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
            }
        }
        finally
        {
            if (descriptor >= 0)
            {
                _ = Close(descriptor);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
