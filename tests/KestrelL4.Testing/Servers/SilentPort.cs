using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Testing.Servers;

/// <summary>A loopback port that answers no connection attempt, neither yes nor no: its queue is full and nobody accepts.</summary>
public sealed class SilentPort : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(250);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _queued = [];

    private SilentPort()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
    }

    /// <summary>Its address.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Takes any free port and fills its queue until an attempt stays without an answer.</summary>
    public static async Task<SilentPort> CreateAsync()
    {
        SilentPort port = new();
        while (await port.FillAsync())
        {
        }

        return port;
    }

    /// <summary>Answers every attempt from now on and gives the first that is somebody else's, which the system repeats by itself.</summary>
    public async Task<Socket> AnswerAsync()
    {
        HashSet<EndPoint?> own = [.. _queued.Select(static socket => socket.LocalEndPoint)];
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        while (true)
        {
            Socket accepted = await _listener.AcceptAsync(deadline.Token);
            if (!own.Contains(accepted.RemoteEndPoint))
            {
                return accepted;
            }

            accepted.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _queued.ForEach(static socket => socket.Dispose());
        _listener.Dispose();
    }

    private async Task<bool> FillAsync()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using CancellationTokenSource patience = new(Silence);
        try
        {
            await socket.ConnectAsync(EndPoint, patience.Token);
            _queued.Add(socket);
            return true;
        }
        catch (OperationCanceledException)
        {
            // The system would repeat the attempt, and be the first to get an answer.
            socket.Dispose();
            return false;
        }
    }
}
