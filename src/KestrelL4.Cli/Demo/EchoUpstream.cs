using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KestrelL4.Cli.Demo;

/// <summary>A server on loopback that answers everything with its name in front, and counts who came.</summary>
internal sealed class EchoUpstream : IAsyncDisposable
{
    // What is typed or sent at once arrives at once on loopback, up to this size.
    private const int ChunkSize = 4096;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _accepted;

    /// <summary>Starts it on any free port.</summary>
    /// <param name="name">Its name, as an upstream of the node and in its answers.</param>
    public EchoUpstream(string name)
    {
        Name = name;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its address and port.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>How many connections it has accepted.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _accepted);
                _ = ServeAsync(socket, _stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                // The demo is ending, or the connection was gone before it was accepted.
            }
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken stop)
    {
        byte[] prefix = Encoding.UTF8.GetBytes($"{Name}: ");
        byte[] answer = new byte[prefix.Length + ChunkSize];
        prefix.CopyTo(answer, 0);
        using (socket)
        {
            try
            {
                while (await socket.ReceiveAsync(answer.AsMemory(prefix.Length), stop) is var received and > 0)
                {
                    await socket.SendAsync(answer.AsMemory(0, prefix.Length + received), stop);
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException)
            {
                // The node tells why the connection ended; an upstream has nothing to add.
            }
        }
    }
}
