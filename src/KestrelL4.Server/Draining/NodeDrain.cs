using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Reload;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Draining;

/// <summary>Takes the whole node out of service: not ready at once, ports closed after a delay, time for the open connections, then a cut.</summary>
/// <param name="model">How long it may take.</param>
/// <param name="listening">The ports to close.</param>
/// <param name="report">Tells that it is so.</param>
/// <param name="time">The clock of the waits.</param>
/// <param name="logger">Where it is logged.</param>
internal sealed partial class NodeDrain(
    NodeModel model, NodeListening listening, ComponentReport report, TimeProvider time, ILogger<NodeDrain> logger)
{
    private const string Run = "the node";

    private static readonly TimeSpan CutPatience = TimeSpan.FromSeconds(5);

    private readonly DrainRuns _runs = new(logger);
    private readonly Lock _switching = new();
    private long _closedAt;
    private bool _isStopping;

    /// <summary>Whether the node takes no connections, or soon will not.</summary>
    public bool IsDraining => report.IsDraining;

    /// <summary>Whether the node is on its way to its end.</summary>
    public bool IsStopping
    {
        get
        {
            lock (_switching)
            {
                return _isStopping;
            }
        }
    }

    private DrainConfiguration Settings => model.InForce.Configuration.Drain;

    // The end of a node that drains already comes no later than that of the drain.
    private TimeSpan Patience => TimerBounds.Bound(Settings.Timeout) - time.GetElapsedTime(_closedAt) is var left && left > TimeSpan.Zero
        ? left
        : TimeSpan.Zero;

    /// <summary>Begins to drain the node, which goes on running.</summary>
    public DrainAnswer Begin()
    {
        lock (_switching)
        {
            report.IsDraining = true;
            if (!_isStopping)
            {
                _runs.Begin(Run, DrainAsync);
            }
        }

        return new DrainAnswer(DrainResult.Accepted);
    }

    /// <summary>Takes the node back into service, at the ports it had.</summary>
    public async Task<DrainAnswer> EndAsync()
    {
        using IDisposable change = await listening.BeginChangeAsync().ConfigureAwait(false);
        if (IsStopping)
        {
            return DrainAnswer.Stopping;
        }

        listening.IsClosed = false;
        try
        {
            await listening.AlignAsync(listening.Served.Configured).ConfigureAwait(false);
        }
        catch (BindException exception)
        {
            listening.IsClosed = true;
            return new DrainAnswer(DrainResult.Refused, exception.Message);
        }

        lock (_switching)
        {
            if (_isStopping)
            {
                return DrainAnswer.Stopping;
            }

            _runs.CallOff(Run);
            report.IsDraining = false;
        }

        report.Tell();
        Undrained(logger);
        return new DrainAnswer(DrainResult.Accepted);
    }

    /// <summary>Drains the node for good.</summary>
    /// <param name="cut">Ends all patience.</param>
    /// <returns>How many connections had to be cut.</returns>
    public async Task<int> StopAsync(CancellationToken cut)
    {
        lock (_switching)
        {
            _isStopping = true;
            report.IsDraining = true;
            _runs.CallOff(Run);
        }

        await CloseAsync(cut, CancellationToken.None).ConfigureAwait(false);
        TimeSpan patience = Patience;
        int[] left = await Task.WhenAll(listening.Served.All.Select(each => EndAsync(each, patience, cut))).ConfigureAwait(false);

        // Those that were cut write their lines.
        await Task.WhenAll(listening.Served.All.Select(static each => each.Application.Connections.WhenEmpty()))
            .WaitAsync(CutPatience, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Stopped(logger, left.Sum());
        return left.Sum();
    }

    private async Task DrainAsync(CancellationToken calledOff)
    {
        await CloseAsync(calledOff, calledOff).ConfigureAwait(false);
        TimeSpan patience = Patience;
        int[] cut = await Task.WhenAll(listening.Served.All.Select(
            each => each.DrainAsync(patience, CloseReason.Drained, time, calledOff))).ConfigureAwait(false);
        Drained(logger, cut.Sum());
    }

    private async Task<int> EndAsync(ServedApplication application, TimeSpan patience, CancellationToken cut)
    {
        try
        {
            return await application.DrainAsync(patience, CloseReason.NodeStopped, time, cut).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return application.Application.Connections.CloseAll(CloseReason.NodeStopped);
        }
    }

    private async Task CloseAsync(CancellationToken hurry, CancellationToken calledOff)
    {
        if (!listening.IsClosed)
        {
            Draining(logger, ReadableDuration.Of(Settings.Delay), ReadableDuration.Of(Settings.Timeout));
            await Task.Delay(TimerBounds.Bound(Settings.Delay), time, hurry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // Also when the ports are closed: they may be about to open again.
        calledOff.ThrowIfCancellationRequested();
        using IDisposable change = await listening.BeginChangeAsync(calledOff).ConfigureAwait(false);
        if (!listening.IsClosed)
        {
            listening.IsClosed = true;
            _closedAt = time.GetTimestamp();
        }

        await listening.AlignAsync().ConfigureAwait(false);
        report.Tell();
    }

    [LoggerMessage(1, LogLevel.Information, "Draining: ports close after {Delay}, connections may take {Timeout}")]
    private static partial void Draining(ILogger logger, string delay, string timeout);

    [LoggerMessage(2, LogLevel.Information, "Drained, connections cut: {Cut}; ports stay closed")]
    private static partial void Drained(ILogger logger, int cut);

    [LoggerMessage(3, LogLevel.Information, "In service again")]
    private static partial void Undrained(ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "Stopped; connections cut: {Cut}")]
    private static partial void Stopped(ILogger logger, int cut);
}
