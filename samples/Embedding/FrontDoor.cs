using System.Net;
using System.Net.Sockets;
using KestrelL4;
using KestrelL4.Forwarding;
using KestrelL4.RateLimiting;

namespace Embedding;

/// <summary>Accepts connections and submits each to an application, under the limits of the house.</summary>
internal sealed class FrontDoor : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Application _application;
    private readonly LimitStack _limits;

    public FrontDoor(Application application, LimitStack limits)
    {
        _application = application;
        _limits = limits;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Serves until told to stop, then gives the open connections a moment to end.</summary>
    public async Task ServeAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                _ = SubmitAsync(await _listener.AcceptAsync(stop));
            }
        }
        catch (OperationCanceledException)
        {
            await _application.Connections.DrainAsync(Patience, CloseReason.NodeStopped, TimeProvider.System, CancellationToken.None);
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task SubmitAsync(Socket socket)
    {
        EndPoint? peer = socket.RemoteEndPoint;
        CloseReason reason = await _application.SubmitAsync(new SocketRelayEnd(socket), _limits, peer);
        Console.WriteLine($"{peer} ended: {reason.Word()}");
    }
}
