using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Forwarding;

/// <summary>A TLS stream as one side of a relay; owns the stream.</summary>
/// <param name="stream">
/// An authenticated stream of TLS 1.3. Version 1.2 knew no half-close: a peer may answer the first goodbye with its own and drop
/// what it had still to say (RFC 5246 section 7.2.1), so it is for upstreams that have no other.
/// </param>
/// <param name="socket">
/// The connected socket below it. What the stream writes must have reached the socket when the write completes:
/// a transport that queues would lose what it holds at a half-close.
/// </param>
public sealed class TlsRelayEnd(SslStream stream, Socket socket) : RelayEnd
{
    // The most plain text that one record carries (RFC 8446 section 5.1): below that a further record may not fit.
    private const int RecordSize = 16 * 1024;

    // The suites of this version have the same names everywhere; those of older ones OpenSSL calls otherwise.
    private const string Tls13 = "TLSv1.3";

    private ValueTask<int> _wait;
    private bool _isWaiting;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        if (_isWaiting)
        {
            await WaitCoreAsync().ConfigureAwait(false);
        }

        int filled = await stream.ReadAsync(buffer).ConfigureAwait(false);
        if (filled == 0)
        {
            return 0;
        }

        // Several records make one send towards the other side. The read that would wait takes no buffer, so it may stay
        // pending until the next call. An end found here is found again by the next read.
        while (buffer.Length - filled >= RecordSize)
        {
#pragma warning disable CA2012 // Kept once and awaited once: by the next wait, or right below.
            _wait = stream.ReadAsync(Memory<byte>.Empty);
#pragma warning restore CA2012
            if (!_wait.IsCompletedSuccessfully)
            {
                _isWaiting = true;
                break;
            }

            _ = await _wait.ConfigureAwait(false);
            int read = await stream.ReadAsync(buffer[filled..]).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer) => stream.WriteAsync(buffer);

    /// <inheritdoc/>
    public override async ValueTask CompleteAsync()
    {
        await stream.ShutdownAsync().ConfigureAwait(false);
        EndSending(socket);
    }

    /// <inheritdoc/>
    public override async ValueTask AnnounceEndAsync() => await stream.ShutdownAsync().ConfigureAwait(false);

    /// <inheritdoc/>
    protected override void FinishCore() => SocketEnding.Finish(socket);

    /// <inheritdoc/>
    public override void Abort() => SocketEnding.Abort(socket);

    /// <inheritdoc/>
    internal override TlsSession TlsSession => new(
        Tls13, stream.NegotiatedCipherSuite.ToString(), stream.RemoteCertificate as X509Certificate2);

    /// <inheritdoc/>
    internal override bool IsClosed => TcpInfo.IsClosed(socket);

    /// <inheritdoc/>
    internal override ulong BytesAcknowledged => TcpInfo.BytesAcknowledged(socket);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => stream.DisposeAsync();

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask WaitCoreAsync()
    {
        ValueTask<int> wait = _isWaiting ? _wait : stream.ReadAsync(Memory<byte>.Empty);
        _isWaiting = false;
        _ = await wait.ConfigureAwait(false);
    }
}
