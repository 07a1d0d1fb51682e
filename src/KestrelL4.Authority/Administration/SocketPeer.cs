using System.Net.Sockets;
using System.Runtime.InteropServices;
using KestrelL4.Authority.Api;
using KestrelL4.Protocol;

namespace KestrelL4.Authority.Administration;

/// <summary>Tells whose process is at the other end of the admin socket, as the kernel noted it at the connect.</summary>
/// <remarks>The socket's mode says the same, until somebody changes the mode.</remarks>
internal static partial class SocketPeer
{
    /// <summary>What counts as the source of everybody who comes over it.</summary>
    public const string Source = "admin.sock";

    private const uint Root = 0;
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;

    // struct ucred (unix(7)): process, user and group, 32 bits each.
    private const int Size = 12;
    private const int UserAt = 4;

    /// <summary>The peer: an administrator when it is root or the authority's own user, else a stranger.</summary>
    public static Peer Of(Socket socket)
    {
        try
        {
            Span<byte> credentials = stackalloc byte[Size];
            socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
            uint user = MemoryMarshal.Read<uint>(credentials[UserAt..]);
            return user == Root || user == EffectiveUser()
                ? new Peer(Role.Administrator, $"uid {user}", Source)
                : Stranger($"uid {user}");
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Gone already; whoever cannot be named is not let in.
            return Stranger("nobody");
        }
    }

    private static Peer Stranger(string name) => new(Role.Stranger, name, Source)
    {
        Problem = Refusal.Forbidden(RefusalReason.WrongRole, $"{name} is refused: the admin socket is for root and the authority's own user"),
    };

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
