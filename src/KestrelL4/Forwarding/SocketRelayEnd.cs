using System.Net.Sockets;
using System.Runtime.CompilerServices;
using KestrelL4.Sockets;

namespace KestrelL4.Forwarding;

/// <summary>A plain socket as one side of a relay; owns the socket.</summary>
public sealed class SocketRelayEnd : RelayEnd
{
    private readonly RelaySocket _socket;

    /// <summary>Takes a socket over; nobody else may use or close it any more.</summary>
    /// <param name="socket">A connected stream socket.</param>
    public SocketRelayEnd(Socket socket) => _socket = RelaySocket.Of(socket);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer) => _socket.ReadAsync(buffer);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer) => _socket.WriteAsync(buffer);

    /// <inheritdoc/>
    public override ValueTask CompleteAsync()
    {
        EndSending(_socket);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void FinishCore() => SocketEnding.Finish(_socket);

    /// <inheritdoc/>
    public override void Abort() => SocketEnding.Abort(_socket);

    /// <inheritdoc/>
    internal override bool IsClosed => TcpInfo.IsClosed(_socket);

    /// <inheritdoc/>
    internal override ulong BytesAcknowledged => TcpInfo.BytesAcknowledged(_socket);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask WaitCoreAsync()
    {
        do
        {
            await _socket.WaitToReadAsync().ConfigureAwait(false);
        }
        while (!_socket.HasSomething());
    }
}
