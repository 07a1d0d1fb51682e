using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace KestrelL4.Forwarding;

/// <summary>A plain socket as one side of a relay; owns the socket.</summary>
/// <param name="socket">A connected stream socket.</param>
public sealed class SocketRelayEnd(Socket socket) : RelayEnd
{
    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer) => socket.ReceiveAsync(buffer, SocketFlags.None);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            buffer = buffer[await socket.SendAsync(buffer, SocketFlags.None).ConfigureAwait(false)..];
        }
    }

    /// <inheritdoc/>
    public override ValueTask CompleteAsync()
    {
        socket.Shutdown(SocketShutdown.Send);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Finish() => SocketEnding.Finish(socket);

    /// <inheritdoc/>
    public override void Abort() => SocketEnding.Abort(socket);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask WaitCoreAsync() =>
        _ = await socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);
}
