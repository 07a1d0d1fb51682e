using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace KestrelL4.Testing.Clients;

/// <summary>
/// The socket below a TLS stream, noting whether its end was seen: a TLS stream reports close_notify and a bare end alike.
/// </summary>
internal sealed class WireStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private volatile bool _ended;

    /// <summary>Whether a read has met the end of the TCP connection.</summary>
    public bool Ended => _ended;

    /// <summary>The turn of the session above, which is free while bytes are waited for; the handshake has it first.</summary>
    public SemaphoreSlim Turn { get; } = new(0, 1);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Turn.Release();
        try
        {
            int count = await base.ReadAsync(buffer, cancellationToken);
            _ended |= count == 0 && !buffer.IsEmpty;
            return count;
        }
        finally
        {
            await Turn.WaitAsync(CancellationToken.None);
        }
    }
}
