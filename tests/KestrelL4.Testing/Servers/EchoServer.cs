using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Testing.Servers;

/// <summary>Sends back what it receives until the peer's end, then ends its own direction and closes.</summary>
public sealed class EchoServer : LoopbackServer
{
    /// <summary>Starts it.</summary>
    public EchoServer()
        : this(null)
    {
    }

    /// <summary>Starts it at an address; null = any port of 127.0.0.1.</summary>
    public EchoServer(IPEndPoint? endPoint)
        : base(endPoint) => Start();

    /// <inheritdoc/>
    protected override async Task ServeAsync(Socket connection, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64 * 1024];
        int count;
        while ((count = await connection.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            await connection.SendAllAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        connection.Shutdown(SocketShutdown.Send);
    }
}
