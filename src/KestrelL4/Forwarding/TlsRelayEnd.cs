using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Sockets;

namespace KestrelL4.Forwarding;

/// <summary>A TLS stream as one side of a relay; owns the stream.</summary>
public sealed class TlsRelayEnd : RelayEnd
{
    // The most plain text that one record carries (RFC 8446 section 5.1): below that a further record may not fit.
    private const int RecordSize = 16 * 1024;

    // The suites of this version have the same names everywhere; those of older ones OpenSSL calls otherwise.
    private const string Tls13 = "TLSv1.3";

    private readonly SslStream _stream;
    private readonly Socket _socket;
    private readonly TlsTurn? _turn;
    private ValueTask<int> _wait;
    private bool _isWaiting;

    /// <summary>Takes a stream whose handshake is done.</summary>
    /// <param name="stream">
    /// An authenticated stream of TLS 1.3. Version 1.2 knew no half-close: a peer may answer the first goodbye with its own and drop
    /// what it had still to say (RFC 5246 section 7.2.1), so it is for upstreams that have no other.
    /// </param>
    /// <param name="socket">
    /// The connected socket below it. What the stream writes must have reached the socket when the write completes:
    /// a transport that queues would lose what it holds at a half-close.
    /// </param>
    public TlsRelayEnd(SslStream stream, Socket socket)
        : this(stream, socket, turn: null)
    {
    }

    /// <summary>Takes a stream whose handshake is done, of which no read is pending.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="socket">The socket below it.</param>
    /// <param name="turn">The session's turn, which whatever is between the two gives away while it waits for bytes; null = it does not.</param>
    internal TlsRelayEnd(SslStream stream, Socket socket, TlsTurn? turn)
    {
        _stream = stream;
        _socket = socket;
        _turn = turn;

        // The handshake's last read has it still.
        _turn?.Give();
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        if (_isWaiting)
        {
            await WaitCoreAsync().ConfigureAwait(false);
        }

        int filled = await TakeAsync(buffer).ConfigureAwait(false);
        if (filled == 0)
        {
            return 0;
        }

        // Several records make one send towards the other side. The read that would wait takes no buffer, so it may stay
        // pending until the next call. An end found here is found again by the next read.
        while (buffer.Length - filled >= RecordSize)
        {
#pragma warning disable CA2012 // Kept once and awaited once: by the next wait, or right below.
            _wait = TakeAsync(Memory<byte>.Empty);
#pragma warning restore CA2012
            if (!_wait.IsCompletedSuccessfully)
            {
                _isWaiting = true;
                break;
            }

            _ = await _wait.ConfigureAwait(false);
            int read = await TakeAsync(buffer[filled..]).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }

            filled += read;
        }

        return filled;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer) => _stream.WriteAsync(buffer);

    /// <inheritdoc/>
    public override async ValueTask CompleteAsync()
    {
        await SayGoodbyeAsync().ConfigureAwait(false);
        EndSending(_socket);
    }

    /// <inheritdoc/>
    public override ValueTask AnnounceEndAsync() => SayGoodbyeAsync();

    /// <inheritdoc/>
    protected override void FinishCore() => SocketEnding.Finish(_socket);

    /// <inheritdoc/>
    public override void Abort() => SocketEnding.Abort(_socket);

    /// <inheritdoc/>
    internal override TlsSession TlsSession => SessionOf(_stream);

    /// <inheritdoc/>
    internal override bool IsClosed => TcpInfo.IsClosed(_socket);

    /// <inheritdoc/>
    internal override ulong BytesAcknowledged => TcpInfo.BytesAcknowledged(_socket);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _stream.DisposeAsync();

    /// <summary>What a stream whose handshake is done tells of its session.</summary>
    internal static TlsSession SessionOf(SslStream stream) =>
        new(Tls13, stream.NegotiatedCipherSuite.ToString(), stream.RemoteCertificate as X509Certificate2);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> TakeAsync(Memory<byte> buffer)
    {
        _turn?.Take();
        try
        {
            return await _stream.ReadAsync(buffer).ConfigureAwait(false);
        }
        finally
        {
            _turn?.Give();
        }
    }

    private async ValueTask SayGoodbyeAsync()
    {
        try
        {
            await BeginGoodbye().ConfigureAwait(false);
        }
        catch (Exception exception) when (!IsBroken(exception))
        {
            // Without a turn to wait for, it met a read.
            throw new IOException("The end of the TLS session could not be told.", exception);
        }
    }

    // The session is asked for its goodbye in the first step, before anything is sent.
    private Task BeginGoodbye()
    {
        _turn?.Take();
        try
        {
            return _stream.ShutdownAsync();
        }
        finally
        {
            _turn?.Give();
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask WaitCoreAsync()
    {
        ValueTask<int> wait = _isWaiting ? _wait : TakeAsync(Memory<byte>.Empty);
        _isWaiting = false;
        _ = await wait.ConfigureAwait(false);
    }
}
