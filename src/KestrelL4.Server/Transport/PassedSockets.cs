using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace KestrelL4.Server.Transport;

/// <summary>The sockets that a service manager opened and passed to this process, by name (sd_listen_fds(3)).</summary>
/// <param name="sockets">The name and the descriptor of each; several may have one name.</param>
/// <remarks>They stay open as long as the process runs, whoever listens at them: what is opened and closed is a copy.</remarks>
internal sealed partial class PassedSockets(IReadOnlyList<(string Name, int Descriptor)> sockets)
{
    private const int SocketLevel = 1;
    private const int TypeOption = 3;
    private const int ListensOption = 30;
    private const int DomainOption = 39;
    private const int SetFlags = 2;
    private const int CloseOnExec = 1;
    private const int Stream = 1;
    private const int UnixDomain = 1;
    private const int Ipv4 = 2;
    private const int Ipv6 = 10;

    /// <summary>None was passed.</summary>
    public static PassedSockets None { get; } = new([]);

    /// <summary>Every name, once.</summary>
    public IEnumerable<string> Names => sockets.Select(static socket => socket.Name).Distinct(StringComparer.Ordinal);

    /// <summary>Has them closed in the programs that this process starts.</summary>
    public void KeepFromChildren()
    {
        foreach ((_, int descriptor) in sockets)
        {
            // It fails for a descriptor that is not open, which whoever opens it by name is told.
            _ = SetDescriptor(descriptor, SetFlags, CloseOnExec);
        }
    }

    /// <summary>Copies of the sockets of a name, to accept from.</summary>
    /// <param name="name">The name, compared with case.</param>
    /// <exception cref="PassedSocketException">There is none of that name, or one is of no use.</exception>
    public IReadOnlyList<ListeningSocket> Open(string name)
    {
        int[] descriptors = [.. sockets.Where(socket => socket.Name == name).Select(static socket => socket.Descriptor)];
        if (descriptors.Length == 0)
        {
            throw new PassedSocketException(
                "no socket of that name was passed to this process",
                sockets.Count == 0
                    ? "none was passed at all; start it by a .socket unit with FileDescriptorName="
                    : $"those passed are {string.Join(", ", Names.Order(StringComparer.Ordinal))}");
        }

        if (Array.Exists(descriptors, static descriptor => !IsListeningStream(descriptor)))
        {
            throw new PassedSocketException("what was passed is no listening stream socket", "use ListenStream= with Accept=no");
        }

        List<ListeningSocket> opened = [];
        try
        {
            foreach (int descriptor in descriptors)
            {
                opened.Add(ListeningSocket.OfCopy(new Socket(new SafeSocketHandle(Copy(descriptor), ownsHandle: true))));
            }

            return opened.DistinctBy(static socket => socket.EndPoint).Count() == opened.Count
                ? opened
                : throw new PassedSocketException("two sockets of that name listen at one address", "pass each address once, without ReusePort=");
        }
        catch
        {
            opened.ForEach(static socket => socket.Dispose());
            throw;
        }
    }

    // Without close-on-exec, by which .NET knows that others share a socket: one of its own it would shut down for all of them
    // if it is closed just while it accepts.
    private static int Copy(int descriptor) =>
        Duplicate(descriptor) is var copy and >= 0 ? copy : throw new SocketException(Marshal.GetLastPInvokeError());

    private static bool IsListeningStream(int descriptor) =>
        OptionOf(descriptor, TypeOption) == Stream
        && OptionOf(descriptor, ListensOption) == 1
        && OptionOf(descriptor, DomainOption) is UnixDomain or Ipv4 or Ipv6;

    private static int? OptionOf(int descriptor, int option)
    {
        int length = sizeof(int);
        return GetOption(descriptor, SocketLevel, option, out int value, ref length) == 0 ? value : null;
    }

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int SetDescriptor(int descriptor, int command, int flags);

    [LibraryImport("libc", EntryPoint = "getsockopt")]
    private static partial int GetOption(int descriptor, int level, int option, out int value, ref int length);
}
