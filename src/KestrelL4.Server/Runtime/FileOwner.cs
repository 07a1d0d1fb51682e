using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace KestrelL4.Server.Runtime;

/// <summary>Who owns a file, which .NET does not tell.</summary>
internal static partial class FileOwner
{
    private const int CurrentDirectory = -100;
    private const int FollowLinks = 0;
    private const uint OwnerOnly = 0x8;

    // struct statx has one layout on every architecture (statx(2)): 256 bytes, the owner behind mask, block size, attributes and links.
    private const int Size = 256;
    private const int OwnerAt = 20;

    /// <summary>Whether a file or directory belongs to the user this process acts as. True where the system cannot tell.</summary>
    public static bool IsThisUser(string path)
    {
        byte[] answer = new byte[Size];
        return StatX(CurrentDirectory, path, FollowLinks, OwnerOnly, answer) != 0
            || BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(OwnerAt)) == EffectiveUser();
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int directory, string path, int flags, uint mask, byte[] answer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
