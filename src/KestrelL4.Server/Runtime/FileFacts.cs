using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace KestrelL4.Server.Runtime;

/// <summary>What the kernel knows of a file and .NET does not tell.</summary>
/// <param name="IsThisUsers">Whether it belongs to the user this process acts as.</param>
/// <param name="IsRegular">Whether it is a file with content of its own: no directory, pipe, socket or device.</param>
/// <param name="Inode">Its number in its file system.</param>
internal readonly partial record struct FileFacts(bool IsThisUsers, bool IsRegular, ulong Inode)
{
    private const int CurrentDirectory = -100;
    private const int FollowLinks = 0;
    private const uint TypeOwnerAndInode = 0x1 | 0x8 | 0x100;

    // struct statx has one layout on every architecture (statx(2)): 256 bytes, these at the same places everywhere.
    private const int Size = 256;
    private const int OwnerAt = 20;
    private const int ModeAt = 28;
    private const int InodeAt = 32;

    private const int WriteAndSearch = 2 | 1;
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;

    /// <summary>The facts of what a path leads to, links followed; null where the kernel does not tell.</summary>
    public static FileFacts? Of(string path)
    {
        byte[] answer = new byte[Size];
        return StatX(CurrentDirectory, path, FollowLinks, TypeOwnerAndInode, answer) != 0
            ? null
            : new FileFacts(
                BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(OwnerAt)) == EffectiveUser(),
                (BinaryPrimitives.ReadUInt16LittleEndian(answer.AsSpan(ModeAt)) & TypeMask) == Regular,
                BinaryPrimitives.ReadUInt64LittleEndian(answer.AsSpan(InodeAt)));
    }

    /// <summary>Whether this process may create files in a directory.</summary>
    public static bool IsWritable(string directory) => Access(directory, WriteAndSearch) == 0;

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, byte[] answer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
