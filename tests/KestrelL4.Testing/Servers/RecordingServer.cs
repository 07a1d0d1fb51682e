using System.Collections.Concurrent;
using System.Net.Sockets;

namespace KestrelL4.Testing.Servers;

/// <summary>Keeps what each connection sends and how it ends, and answers nothing: proves that nobody came, or who did.</summary>
public sealed class RecordingServer : LoopbackServer
{
    private readonly ConcurrentQueue<ReceivedConnection> _connections = new();

    /// <summary>Starts it.</summary>
    public RecordingServer() => Start();

    /// <summary>Every connection so far, in the order of their arrival.</summary>
    public IReadOnlyList<ReceivedConnection> Connections => [.. _connections];

    /// <inheritdoc/>
    protected override async Task ServeAsync(Socket connection, CancellationToken cancellationToken)
    {
        ReceivedConnection received = new();
        _connections.Enqueue(received);
        byte[] buffer = new byte[64 * 1024];
        try
        {
            int count;
            while ((count = await connection.ReceiveAsync(buffer, cancellationToken)) > 0)
            {
                received.Add(buffer.AsSpan(0, count));
            }

            received.End = PeerEnd.Fin;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            received.End = PeerEnd.Reset;
        }
    }
}
