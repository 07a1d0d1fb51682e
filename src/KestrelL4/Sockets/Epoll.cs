using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KestrelL4.Sockets;

/// <summary>The kernel's list of sockets that something happened at (epoll(7)), edge-triggered.</summary>
internal sealed partial class Epoll
{
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Interrupted = 4;
    private const int NoMemory = 12;

    // struct epoll_event is packed on x86-64 only: an uint of events, then 64 bits of our own.
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataAt = Stride - sizeof(ulong);

    private readonly byte[] _told = GC.AllocateArray<byte>(16 * MostAtOnce, pinned: true);
    private readonly int _descriptor = Create(CloseOnExec);

    /// <summary>How many sockets are told at once.</summary>
    public const int MostAtOnce = 256;

    /// <summary>Opens the list.</summary>
    /// <exception cref="SocketException">The process lacks descriptors, or the kernel memory.</exception>
    public Epoll()
    {
        if (_descriptor < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            throw new SocketException(
                (int)(error == NoMemory ? SocketError.NoBufferSpaceAvailable : SocketError.TooManyOpenSockets), $"epoll_create1: error {error}.");
        }
    }

    /// <summary>How long to wait, in milliseconds as epoll_wait(2) takes them.</summary>
    public enum Patience
    {
        /// <summary>Until something happens.</summary>
        Endless = -1,

        /// <summary>Not at all.</summary>
        None = 0,
    }

    /// <summary>What happened, as the kernel tells it.</summary>
    [Flags]
    public enum Happened : uint
    {
        /// <summary>Bytes or an end can be read.</summary>
        Readable = 0x001,

        /// <summary>There are urgent bytes, behind which a read stops (tcp(7)).</summary>
        Urgent = 0x002,

        /// <summary>There is room to write.</summary>
        Writable = 0x004,

        /// <summary>The socket has an error.</summary>
        Failed = 0x008,

        /// <summary>Both directions have ended.</summary>
        HungUp = 0x010,

        /// <summary>The peer's direction has ended.</summary>
        PeerEnded = 0x2000,

        /// <summary>Each change is told once.</summary>
        Edges = 1u << 31,
    }

    /// <summary>Adds a socket, until it is closed; what is the case already is told as well.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="stamp">What tells it from others that had its number before: what was told of them may be on its way still.</param>
    /// <exception cref="SocketException">The kernel lacks memory for it.</exception>
    public unsafe void Watch(int socket, uint stamp)
    {
        byte* told = stackalloc byte[16];
        Unsafe.WriteUnaligned(
            told, (uint)(Happened.Readable | Happened.Writable | Happened.PeerEnded | Happened.Urgent | Happened.Edges));
        Unsafe.WriteUnaligned(told + DataAt, socket);
        Unsafe.WriteUnaligned(told + DataAt + sizeof(int), stamp);
        if (Control(_descriptor, Add, socket, told) != 0)
        {
            throw new SocketException((int)SocketError.NoBufferSpaceAvailable, $"epoll_ctl: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>Waits until something happened.</summary>
    /// <returns>At how many sockets.</returns>
    public unsafe int Wait(Patience patience)
    {
        fixed (byte* told = _told)
        {
            int count = Wait(_descriptor, told, MostAtOnce, (int)patience);
            return count >= 0 ? count
                : Marshal.GetLastPInvokeError() == Interrupted ? 0
                : throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>What was told at the last wait.</summary>
    public (int Socket, uint Stamp, Happened What) Told(int index)
    {
        ref byte told = ref _told[index * Stride];
        return (
            Unsafe.ReadUnaligned<int>(ref Unsafe.Add(ref told, DataAt)),
            Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref told, DataAt + sizeof(int))),
            Unsafe.ReadUnaligned<Happened>(ref told));
    }

    /// <summary>Closes the list, which nobody waits at.</summary>
    public void Close() => _ = Close(_descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static unsafe partial int Control(int descriptor, int operation, int socket, byte* told);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static unsafe partial int Wait(int descriptor, byte* told, int most, int milliseconds);
}
