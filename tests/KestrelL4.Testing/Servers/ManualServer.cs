using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Testing.Servers;

/// <summary>A TCP server on a loopback port of its own whose connections are in the test's hands.</summary>
public sealed class ManualServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    // Kept, and not closed, for they are the tests' own: one that a test does not mention any more would be collected, and with
    // unread bytes in it that resets the connection.
    private readonly ConcurrentBag<Socket> _accepted = [];

    /// <summary>Takes any free port and listens.</summary>
    public ManualServer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(64);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The next connection, within the default deadline.</summary>
    public async Task<Socket> AcceptAsync()
    {
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        Socket socket = await _listener.AcceptAsync(deadline.Token);
        socket.NoDelay = true;
        _accepted.Add(socket);
        return socket;
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
