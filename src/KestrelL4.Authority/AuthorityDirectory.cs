using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace KestrelL4.Authority;

/// <summary>The directory that holds everything an authority keeps; held by one process at a time.</summary>
internal sealed partial class AuthorityDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // The kernel's sun_path has 108 bytes, the last of them zero.
    private const int MaxSocketPathBytes = 107;

    // The number of a lock that another holds, EAGAIN of Linux; the runtime passes it on as it is.
    private const int HeldByAnother = 11;

    private readonly FileStream _lock;

    private AuthorityDirectory(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    /// <summary>Its absolute path.</summary>
    public string Path { get; }

    /// <summary>The path of the admin socket of the authority of a directory.</summary>
    public static string AdminSocketOf(string path) => System.IO.Path.Combine(path, "admin.sock");

    /// <summary>Makes the directory with mode 0700 if it is missing, and takes its lock.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="problem">What is wrong and what to do.</param>
    public static bool TryOpen(
        string path, [NotNullWhen(true)] out AuthorityDirectory? directory, [NotNullWhen(false)] out string? problem)
    {
        directory = null;
        problem = Encoding.UTF8.GetByteCount(AdminSocketOf(path)) > MaxSocketPathBytes
            ? $"the path of the admin socket, '{AdminSocketOf(path)}', is longer than {MaxSocketPathBytes} bytes; name a shorter --directory"
            : null;
        if (problem is not null)
        {
            return false;
        }

        try
        {
            Directory.CreateDirectory(path, OwnerOnly);
            problem = (File.GetUnixFileMode(path) & ~OwnerOnly) != 0 ? $"'{path}' is open to group or others, and it holds keys; chmod 700 {path}"
                : !IsThisUsers(path) ? $"'{path}' belongs to another user; name another --directory, or chown it"
                : null;
            if (problem is not null)
            {
                return false;
            }

            // The runtime holds an advisory lock on a file opened without sharing, and the kernel lets go of it when a process dies.
            directory = new AuthorityDirectory(path, new FileStream(System.IO.Path.Combine(path, "lock"), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                UnixCreateMode = OwnersFile,
            }));
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = exception.HResult == HeldByAnother
                ? $"'{path}' is in use by another authority; end that one first, or name another --directory"
                : $"'{path}' cannot be used ({exception.Message}); name another --directory";
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    // struct statx has one layout on every architecture (statx(2)): 256 bytes, the owner's number at 20.
    private static bool IsThisUsers(string path)
    {
        const int CurrentDirectory = -100;
        const int FollowLinks = 0;
        const uint Owner = 0x8;
        byte[] facts = new byte[256];
        return StatX(CurrentDirectory, path, FollowLinks, Owner, facts) == 0
            && BinaryPrimitives.ReadUInt32LittleEndian(facts.AsSpan(20)) == EffectiveUser();
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, byte[] answer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
