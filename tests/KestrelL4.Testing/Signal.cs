using System.Runtime.InteropServices;

namespace KestrelL4.Testing;

/// <summary>Signals to processes that a test has started.</summary>
internal static partial class Signal
{
    /// <summary>SIGHUP.</summary>
    public const int HangUp = 1;

    /// <summary>SIGINT.</summary>
    public const int Interrupt = 2;

    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    /// <summary>SIGQUIT.</summary>
    public const int Quit = 3;

    /// <summary>SIGSTOP.</summary>
    public const int Stop = 19;

    /// <summary>SIGCONT.</summary>
    public const int Continue = 18;

    /// <summary>Sends a signal to one process.</summary>
    /// <exception cref="InvalidOperationException">It did not reach the process.</exception>
    public static void Send(int processId, int signal)
    {
        if (Kill(processId, signal) != 0)
        {
            throw new InvalidOperationException(
                $"Signal {signal} did not reach process {processId}: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
