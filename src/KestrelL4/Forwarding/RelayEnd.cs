using System.Net.Sockets;

namespace KestrelL4.Forwarding;

/// <summary>One side of a relay: wait, read, write, half-close, stop, abort.</summary>
/// <remarks>
/// One reader and one writer at a time, each from any thread; <see cref="Finish"/> and <see cref="Abort"/> at any time, repeatedly.
/// Dispose only after both directions ended. The relay knows nothing else of its sides, so that their engine can be exchanged.
/// </remarks>
public abstract class RelayEnd : IAsyncDisposable
{
    private Task? _begun;
    private volatile bool _hasEnded;
    private volatile bool _hasPeerEnded;

    /// <summary>Completes when a read would give bytes or the end, and holds no buffer meanwhile. Comes before every read.</summary>
    public ValueTask WaitAsync()
    {
        if (_begun is not { } begun)
        {
            return WaitCoreAsync();
        }

        _begun = null;
        return new ValueTask(begun);
    }

    /// <summary>Reads what is there into a buffer, several records if they fit.</summary>
    /// <returns>How many bytes were read; 0 = the peer has ended its direction.</returns>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer);

    /// <summary>Writes all of a buffer.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> buffer);

    /// <summary>Half-closes: tells the peer that no more comes, after everything written; reading goes on.</summary>
    public abstract ValueTask CompleteAsync();

    /// <summary>
    /// Tells the peer that no more comes and leaves the connection whole, so that a reset can still follow; half-closes where
    /// the two cannot be told apart.
    /// </summary>
    public virtual ValueTask AnnounceEndAsync() => CompleteAsync();

    /// <summary>Ends both directions in order: the peer sees an end, and reads end as though the peer had ended.</summary>
    public void Finish()
    {
        _hasEnded = true;
        FinishCore();
    }

    /// <summary>Cuts both directions: the peer sees a reset (RST), and what is pending fails.</summary>
    public abstract void Abort();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Does the waiting.</summary>
    protected abstract ValueTask WaitCoreAsync();

    /// <summary>Does the finishing.</summary>
    protected abstract void FinishCore();

    /// <summary>Sends a FIN behind everything written.</summary>
    protected void EndSending(Socket socket)
    {
        // Before the FIN is out: from then on the connection may be closed in order at any moment.
        _hasEnded = true;
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            _hasEnded = false;
            throw;
        }
    }

    /// <summary>Whether the kernel holds the connection for closed: after a reset, or when both sides have ended.</summary>
    internal virtual bool IsClosed => false;

    /// <summary>The TLS session with the peer; null = there is none.</summary>
    internal virtual TlsSession? TlsSession => null;

    /// <summary>How many bytes the peer's machine has taken; 0 where nobody can tell.</summary>
    internal virtual ulong BytesAcknowledged => 0;

    /// <summary>
    /// Whether a read that gave 0 found a reset rather than an end: the kernel tells of a reset once, and a write may have been
    /// told first.
    /// </summary>
    /// <remarks>The kernel is asked first: when our own FIN closed the connection meanwhile, that it was sent is known after.</remarks>
    internal bool WasReset => IsClosed && !_hasEnded && !_hasPeerEnded;

    /// <summary>Takes in why a write failed: with EPIPE the peer had ended its direction before it reset the connection (tcp_reset in Linux).</summary>
    internal void NoteFailedWrite(Exception exception) =>
        _hasPeerEnded |= exception.GetBaseException() is SocketException { SocketErrorCode: SocketError.Shutdown };

    /// <summary>That the peer refused us after its handshake seemed done, for people; null = it did not, or does not speak TLS.</summary>
    internal string? Refusal { get; private set; }

    /// <summary>Takes in why a read failed: a TLS 1.3 server judges our certificate when we believe that the handshake is done.</summary>
    internal void NoteFailedRead(Exception exception) => Refusal ??= TlsFailure.RefusalIn(exception);

    /// <summary>Begins the wait that the next <see cref="WaitAsync"/> will join, or gives the one begun: it fails when the peer is gone meanwhile.</summary>
    internal Task BeginWait() => _begun ??= WaitCoreAsync().AsTask();

    /// <summary>Whether an exception tells that the peer or the way to it is gone, rather than a defect.</summary>
    internal static bool IsBroken(Exception exception) =>
        exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException;
}
