using System.Net;
using System.Net.Sockets;

namespace KestrelL4.FunctionalTests.Draining;

/// <summary>Somebody else who listens at a port of the node's.</summary>
internal sealed class Squatter : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public Squatter(IPEndPoint endPoint)
    {
        // What is left of the node's connections holds the port otherwise.
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _socket.Bind(endPoint);
        _socket.Listen();
    }

    public void Dispose() => _socket.Dispose();
}
