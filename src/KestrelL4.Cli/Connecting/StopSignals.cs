using System.Runtime.InteropServices;

namespace KestrelL4.Cli.Connecting;

/// <summary>SIGINT and SIGTERM: the first asks to stop, the second to do so at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _first = new();
    private readonly CancellationTokenSource _second = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Begins to obey.</summary>
    public StopSignals()
    {
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                (_first.IsCancellationRequested ? _second : _first).Cancel();
            }));
        }
    }

    /// <summary>Stop.</summary>
    public CancellationToken First => _first.Token;

    /// <summary>Stop without patience.</summary>
    public CancellationToken Second => _second.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        // Let go of while the process ends, a signal that is repeated meanwhile would end it under another exit code.
        if (!_first.IsCancellationRequested)
        {
            _registrations.ForEach(static registration => registration.Dispose());
            _first.Dispose();
            _second.Dispose();
        }
    }
}
