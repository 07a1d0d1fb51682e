using System.Net.Sockets;
using KestrelL4.Sockets;
using KestrelL4.Testing;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests.Transport;

/// <summary>Two ends of one loopback connection: the peer's, and the node's.</summary>
internal sealed class SocketPair : IDisposable
{
    private SocketPair(Socket peer, RelaySocket node)
    {
        Peer = peer;
        Node = node;
    }

    public Socket Peer { get; }

    public RelaySocket Node { get; }

    public static async Task<SocketPair> CreateAsync()
    {
        using ManualServer server = new();
        Socket peer = await SocketExtensions.ConnectAsync(server.EndPoint);
        return new SocketPair(peer, RelaySocket.Of(await server.AcceptAsync()));
    }

    public void Dispose()
    {
        Peer.Dispose();
        Node.Dispose();
    }
}
