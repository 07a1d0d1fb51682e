using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Draining;

/// <summary>The drains under way, each until it is called off.</summary>
/// <param name="logger">Where a defect is told.</param>
internal sealed partial class DrainRuns(ILogger logger)
{
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _runs = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Begins a drain in the background; nothing happens when it has begun already.</summary>
    /// <param name="what">What is drained.</param>
    /// <param name="drain">Drains it; its token calls it off.</param>
    public void Begin(string what, Func<CancellationToken, Task> drain)
    {
        CancellationTokenSource calledOff = new();
        if (_runs.TryAdd(what, calledOff))
        {
            _ = RunAsync(what, drain, calledOff.Token);
        }
    }

    /// <summary>Calls a drain off; what it has cut stays cut.</summary>
    public void CallOff(string what)
    {
        if (_runs.TryRemove(what, out CancellationTokenSource? calledOff))
        {
            calledOff.Cancel();
        }
    }

    /// <summary>Calls every drain off.</summary>
    public void CallOffAll()
    {
        foreach (string what in _runs.Keys)
        {
            CallOff(what);
        }
    }

    private async Task RunAsync(string what, Func<CancellationToken, Task> drain, CancellationToken calledOff)
    {
        try
        {
            await drain(calledOff).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (calledOff.IsCancellationRequested)
        {
            // It goes on taking connections.
        }
        catch (Exception exception)
        {
            Failed(logger, what, exception);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Draining {What} failed, which is a defect to report")]
    private static partial void Failed(ILogger logger, string what, Exception exception);
}
