using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server;

/// <summary>The signals that a node obeys: SIGTERM and SIGINT drain it, SIGQUIT cuts it short, SIGHUP reloads. Repeats change nothing.</summary>
internal sealed partial class NodeSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _cut = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly ILogger _logger;

    public NodeSignals(ILoggerFactory loggers)
    {
        _logger = loggers.CreateLogger<NodeSignals>();
        On(PosixSignal.SIGTERM, _stop.Cancel);
        On(PosixSignal.SIGINT, _stop.Cancel);
        On(PosixSignal.SIGQUIT, () =>
        {
            _cut.Cancel();
            _stop.Cancel();
        });

        // Unhandled it would end the process, and a terminal that closes sends it.
        On(PosixSignal.SIGHUP, () => HungUp?.Invoke());
    }

    /// <summary>The node is to read everything anew.</summary>
    public event Action? HungUp;

    /// <summary>The node is to stop.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>It is to stop without patience.</summary>
    public CancellationToken Cut => _cut.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_stop.IsCancellationRequested)
        {
            // The process is about to end. Let go of, a signal that is repeated meanwhile would kill it under another exit code.
            return;
        }

        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
        _cut.Dispose();
    }

    private void On(PosixSignal signal, Action act) => _registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        Received(_logger, signal);
        act();
    }));

    [LoggerMessage(1, LogLevel.Information, "Received {Signal}")]
    private static partial void Received(ILogger logger, PosixSignal signal);
}
