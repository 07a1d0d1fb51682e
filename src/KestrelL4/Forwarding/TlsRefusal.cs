namespace KestrelL4.Forwarding;

/// <summary>Waits for what a TLS 1.3 server says of our certificate, which it judges when we believe that the handshake is done.</summary>
internal static class TlsRefusal
{
    /// <summary>How long a server may take to say so; one that is content says nothing.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Waits; for those who try an upstream and carry nobody's bytes.</summary>
    /// <returns>Why the upstream does not want us, for people; null = it seems content.</returns>
    public static async Task<string?> AwaitAsync(RelayEnd end, TimeProvider time)
    {
        const string Ended = "it ended the connection right behind the TLS handshake, as some do that do not accept a certificate";
        try
        {
            await end.WaitAsync().AsTask().WaitAsync(Patience, time).ConfigureAwait(false);
            return await end.ReadAsync(new byte[1]).ConfigureAwait(false) == 0 ? Ended : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
        catch (Exception exception) when (RelayEnd.IsBroken(exception))
        {
            return TlsFailure.RefusalIn(exception) ?? Ended;
        }
    }
}
