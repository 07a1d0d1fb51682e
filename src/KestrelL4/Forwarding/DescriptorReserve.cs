using System.Globalization;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace KestrelL4.Forwarding;

/// <summary>Keeps some descriptors free for the runtime, which aborts the process when it cannot open one.</summary>
/// <remarks>
/// A new thread needs a pipe and a late assembly a file: seen with a limit of 512 and 600 clients, the process died of
/// "out of memory". The kernel gives the lowest free number, so a new number tells how close the limit is.
/// </remarks>
internal static class DescriptorReserve
{
    private const int ForRuntime = 32;

    // Accepting stops first, so that those accepted find a descriptor for their upstream.
    private const int ForRuntimeAndDials = 64;

    private static readonly int Limit = ReadLimit();

    /// <summary>Whether an accepted connection took one of the last descriptors.</summary>
    public static bool IsTouchedByAccept(Socket socket) => NumberOf(socket) >= Limit - ForRuntimeAndDials;

    /// <summary>Whether a socket for a dial took one of the last descriptors.</summary>
    public static bool IsTouchedByDial(Socket socket) => NumberOf(socket) >= Limit - ForRuntime;

    /// <summary>Whether the next descriptor would still be one of the last.</summary>
    public static bool IsStillTouched()
    {
        try
        {
            using SafeFileHandle probe = File.OpenHandle("/dev/null");
            return probe.DangerousGetHandle() >= Limit - ForRuntimeAndDials;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static nint NumberOf(Socket socket) => socket.SafeHandle.DangerousGetHandle();

    // "Max open files            1024                 524288               files"
    private static int ReadLimit()
    {
        const string Line = "Max open files";
        const string Path = "/proc/self/limits";
        string? soft = File.Exists(Path)
            ? File.ReadLines(Path).FirstOrDefault(static line => line.StartsWith(Line, StringComparison.Ordinal))?[Line.Length..]
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]
            : null;
        return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) ? limit : int.MaxValue;
    }
}
