namespace KestrelL4.Server.Draining;

/// <summary>The end of open connections: time to end by themselves, then a cut.</summary>
internal static class OpenConnectionsEnd
{
    /// <summary>Waits until none is open, and closes those that are left as <see cref="CloseReason.Drained"/>.</summary>
    /// <param name="connections">The connections.</param>
    /// <param name="patience">How long they may take.</param>
    /// <param name="time">The clock of the wait.</param>
    /// <param name="calledOff">Ends the wait without a cut.</param>
    /// <returns>How many were cut.</returns>
    /// <exception cref="OperationCanceledException">It was called off.</exception>
    public static async Task<int> DrainAsync(this LiveConnections connections, TimeSpan patience, TimeProvider time, CancellationToken calledOff)
    {
        try
        {
            await connections.WhenEmpty().WaitAsync(patience, time, calledOff).ConfigureAwait(false);
            return 0;
        }
        catch (TimeoutException)
        {
            return connections.CloseAll(CloseReason.Drained);
        }
    }
}
