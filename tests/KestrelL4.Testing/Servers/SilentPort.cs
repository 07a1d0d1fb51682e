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

    /// <inheritdoc/>
    public void Dispose()
    {
        _queued.ForEach(static socket => socket.Dispose());
        _listener.Dispose();
    }

    private async Task<bool> FillAsync()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _queued.Add(socket);
        using CancellationTokenSource patience = new(Silence);
        try
        {
            await socket.ConnectAsync(EndPoint, patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
