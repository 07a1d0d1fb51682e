using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace KestrelL4.Forwarding;

/// <summary>A plain socket as one side of a relay; owns the socket.</summary>
/// <param name="socket">A connected stream socket.</param>
public sealed class SocketRelayEnd(Socket socket) : RelayEnd
{
    private readonly byte[] _peeked = new byte[1];

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
        EndSending(socket);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void FinishCore() => SocketEnding.Finish(socket);

    /// <inheritdoc/>
    public override void Abort() => SocketEnding.Abort(socket);

    /// <inheritdoc/>
    internal override bool IsClosed => TcpInfo.IsClosed(socket);

    /// <inheritdoc/>
    internal override ulong BytesAcknowledged => TcpInfo.BytesAcknowledged(socket);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask WaitCoreAsync()
    {
        // A receive without a buffer would complete on a reset as it does on bytes, and a client gone during the dial go unnoticed.
        _ = await socket.ReceiveAsync(_peeked.AsMemory(), SocketFlags.Peek).ConfigureAwait(false);
    }
}
