using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Draining;

/// <summary>The drains under way, each until it is called off.</summary>
/// <param name="logger">Where a defect is told.</param>
internal sealed partial class DrainRuns(ILogger logger)
{
    private readonly Lock _changing = new();
    private readonly Dictionary<string, CancellationTokenSource> _runs = new(StringComparer.OrdinalIgnoreCase);
    private bool _hasEnded;

    /// <summary>Begins a drain in the background; nothing happens when it has begun already.</summary>
    /// <param name="what">What is drained.</param>
    /// <param name="drain">Drains it; its token calls it off.</param>
    /// <returns>False when no drain begins any more.</returns>
    public bool Begin(string what, Func<CancellationToken, Task> drain)
    {
        CancellationTokenSource calledOff = new();
        lock (_changing)
        {
            if (_hasEnded || !_runs.TryAdd(what, calledOff))
            {
                return !_hasEnded;
            }
        }

        _ = RunAsync(what, drain, calledOff.Token);
        return true;
    }

    /// <summary>Calls a drain off; what it has cut stays cut.</summary>
    public void CallOff(string what)
    {
        CancellationTokenSource? calledOff;
        lock (_changing)
        {
            _runs.Remove(what, out calledOff);
        }

        calledOff?.Cancel();
    }

    /// <summary>Calls every drain off, and lets none begin any more.</summary>
    public void End()
    {
        List<CancellationTokenSource> left;
        lock (_changing)
        {
            _hasEnded = true;
            left = [.. _runs.Values];
            _runs.Clear();
        }

        left.ForEach(static calledOff => calledOff.Cancel());
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
