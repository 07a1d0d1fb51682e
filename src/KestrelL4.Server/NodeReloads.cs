using KestrelL4.Server.Draining;
using KestrelL4.Server.Reload;
using KestrelL4.Server.Supervision;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server;

/// <summary>The reloads that a signal or an operator asks for, of which the service manager is told.</summary>
/// <param name="reloader">Reloads.</param>
/// <param name="drain">Whether the node is on its way out.</param>
/// <param name="service">The node's side of its service manager.</param>
/// <param name="logger">Where it logs.</param>
internal sealed partial class NodeReloads(Reloader reloader, NodeDrain drain, ServiceLink service, ILogger logger)
{
    /// <summary>Reloads for an operator, also while he drains the node, but not when it ends.</summary>
    public Task<ReloadOutcome> ReloadAsync() => drain.IsStopping
        ? Task.FromResult(new ReloadOutcome(["the node is stopping"]))
        : service.ReloadAsync(reloader.ReloadAsync);

    /// <summary>Reloads for SIGHUP, unless the node is draining; tells failures itself.</summary>
    public async Task HangUpAsync()
    {
        try
        {
            // Told also when nothing is reloaded: a service manager that asked waits for the answer.
            await service.ReloadAsync(ReloadUnlessDrainingAsync).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            CannotReload(logger, exception);
        }
    }

    private Task<ReloadOutcome> ReloadUnlessDrainingAsync()
    {
        if (!drain.IsDraining)
        {
            return reloader.ReloadAsync();
        }

        NotWhileDraining(logger);
        return Task.FromResult(new ReloadOutcome([]));
    }

    [LoggerMessage(6, LogLevel.Error, "Reloading failed, which is a defect to report")]
    private static partial void CannotReload(ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Information, "Not reloading: the node is draining")]
    private static partial void NotWhileDraining(ILogger logger);
}
