using System.Net.Security;
using System.Runtime.CompilerServices;
using KestrelL4.OpenSsl;
using KestrelL4.Sockets;

namespace KestrelL4.Forwarding;

/// <summary>A TLS session without its stream as one side of a relay; owns both.</summary>
internal sealed class OpenSslRelayEnd : RelayEnd
{
    private readonly SslStream _stream;
    private readonly OpenSslSession _session;
    private readonly RelaySocket _socket;

    private OpenSslRelayEnd(SslStream stream, OpenSslSession session, RelaySocket socket)
    {
        _stream = stream;
        _session = session;
        _socket = socket;
    }

    /// <summary>Takes over the session of a stream whose handshake is done, and of which no read is pending.</summary>
    /// <returns>The end; null = the session is not at hand, and the stream goes on as before.</returns>
    public static async ValueTask<OpenSslRelayEnd?> TryTakeOverAsync(SslStream stream, ITlsHandover connection)
    {
        if (OpenSslSession.TryTakeOver(stream, connection) is not { } session)
        {
            return null;
        }

        // The stream keeps the buffer of its handshake until a read finds nothing in it.
        connection.TakeOver();
        try
        {
            _ = await stream.ReadAsync(Memory<byte>.Empty).ConfigureAwait(false);
            return new OpenSslRelayEnd(stream, session, connection.RelaySocket);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        int count;
        while (!_session.TryRead(buffer.Span, out count))
        {
            await _socket.WaitToReadAsync().ConfigureAwait(false);
        }

        return count;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer) =>
        buffer.Length <= RelayBuffers.Size
            ? _session.Write(buffer.Span) ? ValueTask.CompletedTask : SendHeldAsync()
            : WriteInPartsAsync(buffer);

    /// <inheritdoc/>
    public override async ValueTask CompleteAsync()
    {
        await AnnounceEndAsync().ConfigureAwait(false);
        EndSending(_socket);
    }

    /// <inheritdoc/>
    public override ValueTask AnnounceEndAsync() => _session.SayGoodbye() ? ValueTask.CompletedTask : SendHeldAsync();

    /// <inheritdoc/>
    public override void Abort() => SocketEnding.Abort(_socket);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _session.Dispose();
        return _stream.DisposeAsync();
    }

    /// <inheritdoc/>
    internal override TlsSession TlsSession => TlsRelayEnd.SessionOf(_stream);

    /// <inheritdoc/>
    internal override bool IsClosed => TcpInfo.IsClosed(_socket);

    /// <inheritdoc/>
    internal override ulong BytesAcknowledged => TcpInfo.BytesAcknowledged(_socket);

    /// <inheritdoc/>
    protected override void FinishCore() => SocketEnding.Finish(_socket);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask WaitCoreAsync()
    {
        do
        {
            if (_session.IsEmpty)
            {
                await _socket.WaitToReadAsync().ConfigureAwait(false);
            }
        }
        while (!_session.HasSomething());
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteInPartsAsync(ReadOnlyMemory<byte> buffer)
    {
        for (; !buffer.IsEmpty; buffer = buffer[Math.Min(buffer.Length, RelayBuffers.Size)..])
        {
            await WriteAsync(buffer[..Math.Min(buffer.Length, RelayBuffers.Size)]).ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendHeldAsync()
    {
        while (_session.TryTakeHeld(out byte[]? held, out int count))
        {
            try
            {
                await _socket.WriteAsync(held.AsMemory(0, count)).ConfigureAwait(false);
            }
            finally
            {
                _session.HeldIsSent(held!);
            }
        }
    }
}
