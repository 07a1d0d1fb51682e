using System.Runtime.InteropServices;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Cli.Control;

/// <summary>Shows something anew every second until SIGINT or SIGTERM, also while the node is away.</summary>
/// <param name="output">Where it is shown.</param>
/// <param name="time">The clock.</param>
internal sealed class StatusWatch(TextWriter output, TimeProvider time)
{
    private const string ClearScreen = "\e[H\e[2J\e[3J";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly List<PosixSignalRegistration> Signals = [];

    /// <summary>Shows what <paramref name="read"/> gives, on a terminal always in the same place.</summary>
    /// <exception cref="NodeUnreachableException">There was no node to begin with.</exception>
    public async Task RunAsync(Func<CancellationToken, Task<string>> read)
    {
        // Kept until the process has ended: a signal that comes twice is to end it no differently.
        CancellationTokenSource stop = new();
        Signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop));
        Signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop));
        try
        {
            // A node that is not there at the beginning is a mistake; one that goes may come back.
            string text = await read(stop.Token);
            while (true)
            {
                output.Write(Console.IsOutputRedirected ? "" : ClearScreen);
                output.WriteLine(text);
                output.Flush();
                await Task.Delay(Interval, time, stop.Token);
                text = await TextAsync(read, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // That is how a watch ends.
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task<string> TextAsync(Func<CancellationToken, Task<string>> read, CancellationToken cancellation)
    {
        try
        {
            return await read(cancellation);
        }
        catch (NodeUnreachableException exception)
        {
            return Printable.Whole(exception.Message) + "\n";
        }
    }
}
