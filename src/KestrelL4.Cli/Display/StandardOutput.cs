using System.Runtime.InteropServices;

namespace KestrelL4.Cli.Display;

/// <summary>Standard output as the kernel sees it.</summary>
/// <remarks>.NET passes over EPIPE there: what is written once the reader of a pipe has gone goes nowhere, and the writer is not told.</remarks>
internal static partial class StandardOutput
{
    private const int Descriptor = 1;

    // POLLERR and POLLHUP, of which poll tells without being asked.
    private const short Gone = 0x08 | 0x10;

    /// <summary>Whether whoever read it has gone, as <c>head</c> does when it has seen enough.</summary>
    public static bool IsUnread
    {
        get
        {
            PollEntry entry = new() { Descriptor = Descriptor };
            return Poll(ref entry, 1, 0) > 0 && (entry.Happened & Gone) != 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollEntry entries, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }
}
