using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace KestrelL4.Server.Runtime;

/// <summary>Whose process is at the other end of a unix socket, as the kernel noted it at the connect.</summary>
/// <param name="User">The number of the user it acted as.</param>
/// <param name="Process">Its process id; 0 when it is of another namespace.</param>
internal readonly partial record struct PeerUser(uint User, int Process)
{
    private const uint Root = 0;
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    // struct ucred (unix(7)): process, user and group, 32 bits each.
    private const int Size = 12;
    private const int UserAt = 4;

    /// <summary>Whether it is root or the user this process acts as.</summary>
    public bool IsTrusted => User == Root || User == EffectiveUser();

    /// <summary>The peer of a connected unix socket.</summary>
    /// <exception cref="SocketException">The kernel does not tell.</exception>
    public static PeerUser Of(Socket socket)
    {
        Span<byte> credentials = stackalloc byte[Size];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        return new PeerUser(
            MemoryMarshal.Read<uint>(credentials[UserAt..]), MemoryMarshal.Read<int>(credentials));
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
