namespace KestrelL4.Sockets;

/// <summary>Whose turn it is with one TLS session: that of who reads, or of who says goodbye.</summary>
/// <remarks>
/// A session of OpenSSL bears one thread at a time. .NET keeps reads and writes apart, but a goodbye reads too (SSL_shutdown) and is kept
/// apart from nothing: where it met a read, the session broke (decision 0048). Who reads gives the turn away while it waits for bytes, so
/// it is taken for microseconds.
/// </remarks>
internal sealed class TlsTurn
{
    private int _taken;

    /// <summary>Takes the turn, as soon as it is free.</summary>
    public void Take()
    {
        SpinWait spin = default;
        while (Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>Gives it away.</summary>
    public void Give() => Volatile.Write(ref _taken, 0);
}
