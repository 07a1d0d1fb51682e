using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Testing.Servers;

/// <summary>A TCP server on a loopback port of its own: what tests use as upstreams.</summary>
public abstract class LoopbackServer : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentDictionary<Socket, Task> _serving = new();
    private readonly ConcurrentQueue<Exception> _failures = new();
    private Task _accepting = Task.CompletedTask;
    private int _accepted;
    private int _open;

    /// <summary>Binds and listens; connections wait until <see cref="Start"/>.</summary>
    /// <param name="endPoint">Where; null = any port of 127.0.0.1.</param>
    protected LoopbackServer(IPEndPoint? endPoint = null)
    {
        _listener.Bind(endPoint ?? new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1024);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>How many connections it has accepted.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>How many connections are open now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Ends every connection and the listener; throws what a connection's work has thrown beyond socket errors.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Dispose();
        await _accepting;
        foreach ((Socket socket, Task serving) in _serving)
        {
            socket.Dispose();
            await serving;
        }

        _stopped.Dispose();
        GC.SuppressFinalize(this);
        if (!_failures.IsEmpty)
        {
            throw new AggregateException(_failures);
        }
    }

    /// <summary>Begins to accept; called once, at the end of the most derived constructor.</summary>
    protected void Start() => _accepting = AcceptAsync();

    /// <summary>Works on one connection, which is closed when this ends.</summary>
    protected abstract Task ServeAsync(Socket connection, CancellationToken cancellationToken);

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket connection = await _listener.AcceptAsync(_stopped.Token);
                connection.NoDelay = true;
                Interlocked.Increment(ref _open);
                Interlocked.Increment(ref _accepted);
                _serving[connection] = GuardAsync(connection);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The server was disposed.
        }
    }

    private async Task GuardAsync(Socket connection)
    {
        try
        {
            await Task.Yield();
            await ServeAsync(connection, _stopped.Token);
        }
        catch (Exception exception) when (
            exception is OperationCanceledException or ObjectDisposedException or SocketException or IOException)
        {
            // A peer that goes away is what many tests are about; they look at the peer.
        }
        catch (Exception exception)
        {
            _failures.Enqueue(exception);
        }
        finally
        {
            connection.Dispose();
            Interlocked.Decrement(ref _open);
        }
    }
}
