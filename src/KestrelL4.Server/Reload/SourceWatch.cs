using KestrelL4.Server.Listeners;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Reload;

/// <summary>Looks at the sources once a second and reloads when one of them holds something else.</summary>
/// <param name="reloader">Reloads.</param>
/// <param name="model">What the sources held when they were read.</param>
/// <param name="report">Is told once a second, for some things change by the clock alone.</param>
/// <param name="ports">Look once a second, for a certificate runs out by the clock.</param>
/// <param name="parts">The node's clock and log.</param>
internal sealed partial class SourceWatch(
    Reloader reloader, NodeModel model, ComponentReport report, AccessPorts ports, ListenerParts parts) : IAsyncDisposable
{
    private const int MostLooks = 4;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // Whoever writes several files, or one in pieces, is mostly done by then.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(150);

    private readonly ILogger _logger = parts.Loggers.CreateLogger<SourceWatch>();
    private readonly CancellationTokenSource _ended = new();
    private Task _watching = Task.CompletedTask;

    /// <summary>Begins to watch.</summary>
    public void Start() => _watching = WatchAsync(_ended.Token);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
    }

    private async Task WatchAsync(CancellationToken ended)
    {
        using PeriodicTimer timer = new(Interval, parts.Time);
        while (await timer.WaitForNextTickAsync(ended).ConfigureAwait(false))
        {
            try
            {
                await ports.LookAsync().ConfigureAwait(false);
                report.Tell();
                if (await IsChangedAsync(ended).ConfigureAwait(false))
                {
                    await reloader.ReloadAsync().ConfigureAwait(false);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Failed(_logger, exception);
            }
        }
    }

    private async Task<bool> IsChangedAsync(CancellationToken ended)
    {
        SourceFingerprint last = model.Seen;
        for (int look = 0; look < MostLooks; look++)
        {
            SourceFingerprint now = last.Again();
            if (now.IsSameAs(last))
            {
                break;
            }

            last = now;
            await Task.Delay(Settling, parts.Time, ended).ConfigureAwait(false);
        }

        string[] changes = [.. last.ChangesSince(model.Seen)];
        foreach (string path in changes)
        {
            Changed(_logger, path);
        }

        return changes.Length > 0;
    }

    [LoggerMessage(2, LogLevel.Information, "Changed: {Path}")]
    private static partial void Changed(ILogger logger, string path);

    [LoggerMessage(1, LogLevel.Error, "Watching the sources failed, which is a defect to report")]
    private static partial void Failed(ILogger logger, Exception exception);
}
