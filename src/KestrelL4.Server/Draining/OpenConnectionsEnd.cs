using KestrelL4.Server.Listeners;

namespace KestrelL4.Server.Draining;

/// <summary>The end of an application's open connections: time to end by themselves, then a cut.</summary>
internal static class OpenConnectionsEnd
{
    /// <summary>Waits until none is open, and closes those that are left.</summary>
    /// <param name="application">The application; its port is closed.</param>
    /// <param name="patience">How long they may take.</param>
    /// <param name="reason">Why those left are closed.</param>
    /// <param name="time">The clock of the wait.</param>
    /// <param name="calledOff">Ends the wait without a cut.</param>
    /// <returns>How many were cut.</returns>
    /// <exception cref="OperationCanceledException">It was called off.</exception>
    public static async Task<int> DrainAsync(
        this ServedApplication application, TimeSpan patience, CloseReason reason, TimeProvider time, CancellationToken calledOff)
    {
        LiveConnections connections = application.Application.Connections;
        try
        {
            await Task.WhenAll(application.Left, connections.WhenEmpty()).WaitAsync(patience, time, calledOff).ConfigureAwait(false);
            return 0;
        }
        catch (TimeoutException)
        {
            return connections.CloseAll(reason);
        }
    }
}
