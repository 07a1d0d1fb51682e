using System.ComponentModel;
using System.Runtime.InteropServices;

namespace KestrelL4.Authority.RegistryStore;

/// <summary>Files that are there whole or not at all, also after a kill or a power failure.</summary>
internal static partial class DurableFile
{
    /// <summary>0600: its owner alone may read it.</summary>
    public const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>0644: everybody may read it.</summary>
    public const UnixFileMode Public = Secret | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    // What a file is called while it is written.
    private const string UnfinishedSuffix = ".new";

    private const int ReadOnly = 0;

    /// <summary>Writes a file beside its place, sees that it is on the disk, and puts it in its place.</summary>
    /// <exception cref="IOException">The disk refuses it; what was in its place still is, unless the last step failed.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        string unfinished = path + UnfinishedSuffix;
        File.Delete(unfinished);
        try
        {
            using FileStream stream = new(unfinished, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                UnixCreateMode = mode,
                BufferSize = 0,
            });
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }

        File.Move(unfinished, path, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Removes what a kill left of a write to a path.</summary>
    public static void RemoveUnfinished(string path) => File.Delete(path + UnfinishedSuffix);

    /// <summary>Sees that names made or changed in a directory are on the disk: that of the file's content is not enough.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void SyncDirectory(string path)
    {
        int directory = Open(path, ReadOnly);
        try
        {
            if (directory < 0 || Sync(directory) != 0)
            {
                throw new IOException($"'{path}' cannot be synchronised: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
            }
        }
        finally
        {
            if (directory >= 0)
            {
                _ = Close(directory);
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
