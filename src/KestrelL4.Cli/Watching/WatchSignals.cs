using System.Runtime.InteropServices;
using KestrelL4.Cli.Display;

namespace KestrelL4.Cli.Watching;

/// <summary>The signals that a watch obeys: it ends with SIGINT, SIGTERM and SIGQUIT, and draws anew when the window changes or comes back.</summary>
internal sealed partial class WatchSignals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _hurry = New();

    /// <summary>Begins to obey.</summary>
    /// <param name="screen">The terminal to give back while the process is stopped; null = none is used.</param>
    public WatchSignals(Screen? screen)
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                _stop.Cancel();
            }));
        }

        if (screen is not null)
        {
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTSTP, context =>
            {
                context.Cancel = true;
                screen.GiveBack();
                StopSelf();
            }));
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Hurry()));
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Hurry()));
        }
    }

    /// <summary>The watch is to end.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Waits for the next look, which a signal may ask for at once.</summary>
    public async Task PauseAsync(TimeSpan interval, TimeProvider time)
    {
        TaskCompletionSource hurry = New();
        Volatile.Write(ref _hurry, hurry);
        await hurry.Task.WaitAsync(interval, time, Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Stop.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Let go of while the process ends, a signal that is repeated meanwhile would end it under another exit code.
        if (!_stop.IsCancellationRequested)
        {
            _registrations.ForEach(static registration => registration.Dispose());
            _stop.Dispose();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Whoever handles SIGTSTP has to stop by itself; SIGSTOP (19 on Linux) stops the whole process until SIGCONT.
    private static void StopSelf()
    {
        const int Stop = 19;
        _ = Raise(Stop);
    }

    [LibraryImport("libc", EntryPoint = "raise")]
    private static partial int Raise(int signal);

    private void Hurry() => Volatile.Read(ref _hurry).TrySetResult();
}
