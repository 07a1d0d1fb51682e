using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace KestrelL4.Sockets;

/// <summary>A socket as the stream below TLS; owns the socket.</summary>
/// <param name="socket">The socket.</param>
/// <param name="turn">The turn of the session above, which is free while bytes are waited for.</param>
internal sealed class RelaySocketStream(RelaySocket socket, TlsTurn turn) : AsyncStream
{
    /// <summary>Reads what is there; without room for a byte it waits only.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        turn.Give();
        try
        {
            if (!buffer.IsEmpty)
            {
                return await socket.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }

            do
            {
                await socket.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
            }
            while (!socket.HasSomething());

            return 0;
        }
        catch (SocketException exception)
        {
            throw new IOException(exception.Message, exception);
        }
        finally
        {
            turn.Take();
        }
    }

    /// <summary>Writes all of a buffer.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await socket.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            socket.Dispose();
        }

        base.Dispose(disposing);
    }
}
