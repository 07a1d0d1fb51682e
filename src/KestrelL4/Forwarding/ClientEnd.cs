namespace KestrelL4.Forwarding;

/// <summary>How a client sees the end of a connection that got no upstream.</summary>
internal static class ClientEnd
{
    /// <summary>Shows an orderly end without a byte after a refusal and a reset after a cut; a relay has ended both directions already.</summary>
    public static async Task ShowAsync(ProxiedConnection connection, RelayEnd client, CloseReason reason, TimeProvider time)
    {
        bool isRefused = connection.Conclude(reason);
        if (connection.Upstream is not null)
        {
            return;
        }

        if (!isRefused || reason == CloseReason.ClientAborted || !await TryCompleteAsync(client).ConfigureAwait(false))
        {
            client.Abort();
        }

        await LingeringEnd.AwaitAsync(client, time).ConfigureAwait(false);
    }

    private static async ValueTask<bool> TryCompleteAsync(RelayEnd client)
    {
        try
        {
            await client.CompleteAsync().ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (RelayEnd.IsBroken(exception))
        {
            return false;
        }
    }
}
