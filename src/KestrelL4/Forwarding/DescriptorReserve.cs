using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace KestrelL4.Forwarding;

/// <summary>Keeps some descriptors free for the runtime, which aborts the process when it cannot open one.</summary>
/// <remarks>
/// A new thread needs a pipe and a late assembly a file: seen with a limit of 512 and 600 clients, the process died of
/// "out of memory". The kernel gives the lowest free number, so a new number tells
/// how close the limit is, unless connections that ended have left gaps: so accepting also counts what it has promised.
/// </remarks>
internal static partial class DescriptorReserve
{
    private const int OpenFiles = 7;
    private const int ForRuntime = 32;

    // Accepting stops first, and leaves some to requests of the admin endpoint and to lookups of names.
    private const int ForAllButConnections = 64;

    // A connection's own, and one for its upstream from the start: whoever is let in finds one when it dials.
    private const int PerConnection = 2;

    // Counted when the first client comes: listeners, event queues, standard streams. A count that lacked a descriptor itself is
    // made again with the next client.
    private static readonly Lazy<int> Others = new(CountOpen, LazyThreadSafetyMode.PublicationOnly);

    private static int _connections;

    // Asked anew each time, which takes no descriptor and next to no time: somebody may change it while the process runs (prlimit).
    private static long Limit => OperatingSystem.IsLinux() && GetLimit(OpenFiles, out ResourceLimit limit) == 0 && limit.Soft < long.MaxValue
        ? (long)limit.Soft
        : long.MaxValue;

    /// <summary>Counts an accepted connection in; the descriptors of its upstream count from now on.</summary>
    public static void Enter()
    {
        _ = Others.Value;
        Interlocked.Increment(ref _connections);
    }

    /// <summary>Counts an accepted connection out.</summary>
    public static void Leave() => Interlocked.Decrement(ref _connections);

    /// <summary>Whether an accepted connection, counted in already, took one of the last descriptors.</summary>
    public static bool IsTouchedByAccept(Socket socket) => IsBooked() || NumberOf(socket) >= Limit - ForAllButConnections;

    /// <summary>Whether a socket for a dial took one of the last descriptors.</summary>
    public static bool IsTouchedByDial(Socket socket) => NumberOf(socket) >= Limit - ForRuntime;

    /// <summary>Whether the next descriptor would still be one of the last.</summary>
    public static bool IsStillTouched()
    {
        if (IsBooked())
        {
            return true;
        }

        try
        {
            using SafeFileHandle probe = File.OpenHandle("/dev/null");
            return probe.DangerousGetHandle() >= Limit - ForAllButConnections;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Whether the next descriptor would be one of the runtime's own.</summary>
    public static bool IsTouched()
    {
        try
        {
            using SafeFileHandle probe = File.OpenHandle("/dev/null");
            return probe.DangerousGetHandle() >= Limit - ForRuntime;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static bool IsBooked() =>
        Others.Value + ((long)PerConnection * Volatile.Read(ref _connections)) > Limit - ForAllButConnections;

    private static int CountOpen()
    {
        const string Path = "/proc/self/fd";
        return Directory.Exists(Path) ? Directory.EnumerateFileSystemEntries(Path).Count() : 0;
    }

    private static nint NumberOf(Socket socket) => socket.SafeHandle.DangerousGetHandle();

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out ResourceLimit limit);

    private readonly record struct ResourceLimit(ulong Soft, ulong Hard);
}
