using System.Net.Sockets;
using System.Runtime.CompilerServices;
using KestrelL4.Sockets;

namespace KestrelL4.Tests.Forwarding;

/// <summary>A socket below a TLS session, which it owns: while it waits for bytes, the session's turn is free.</summary>
internal sealed class TurnStream(Socket socket, TlsTurn turn) : NetworkStream(socket, ownsSocket: true)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        turn.Give();
        try
        {
            return await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Take();
        }
    }
}
