namespace KestrelL4.Server.Agent;

/// <summary>Ends a wait before its time; a signal that nobody waits for ends the next one. For one waiter.</summary>
/// <param name="time">The clock of the wait.</param>
internal sealed class Wake(TimeProvider time)
{
    private TaskCompletionSource _signal = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends the wait that is under way, or the next.</summary>
    public void Signal() => Volatile.Read(ref _signal).TrySetResult();

    /// <summary>Waits for the signal, but no longer than a span.</summary>
    /// <returns>Whether the signal came.</returns>
    public async Task<bool> WaitAsync(TimeSpan most, CancellationToken cancellation)
    {
        Task signal = Volatile.Read(ref _signal).Task;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(signal, Task.Delay(most, time, end.Token)).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        if (!signal.IsCompleted)
        {
            return false;
        }

        Volatile.Write(ref _signal, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return true;
    }
}
