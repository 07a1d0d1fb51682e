namespace KestrelL4.Forwarding;

/// <summary>Notices that a client is gone while its connection waits for something else, and closes the connection.</summary>
/// <remarks>No byte of the client is read. A client that has only ended its direction is still there.</remarks>
/// <param name="connection">The connection, which is closed as <see cref="CloseReason.ClientAborted"/>.</param>
/// <param name="client">The client's side.</param>
/// <param name="time">The clock.</param>
internal sealed class ClientWatch(ProxiedConnection connection, RelayEnd client, TimeProvider time)
{
    // Once a client has sent something nobody is told of its reset before that is read: the kernel is asked.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>Awaits what the connection waits for, which must end soon once the connection is closed.</summary>
    public async Task<T> WhileAsync<T>(Task<T> awaited)
    {
        Task speaks = client.BeginWait();
        if (await Task.WhenAny(awaited, speaks).ConfigureAwait(false) == speaks)
        {
            bool isGone = speaks.IsFaulted;
            while (!isGone && !awaited.IsCompleted)
            {
                await ((Task)awaited).WaitAsync(Look, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                isGone = client.IsClosed;
            }

            if (isGone)
            {
                connection.Close(CloseReason.ClientAborted);
            }
        }

        return await awaited.ConfigureAwait(false);
    }
}
