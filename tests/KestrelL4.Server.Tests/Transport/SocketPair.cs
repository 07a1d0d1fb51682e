using System.Net.Sockets;
using KestrelL4.Testing;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests.Transport;

/// <summary>Two ends of one loopback connection: the peer's, and the node's.</summary>
internal sealed class SocketPair : IDisposable
{
    private SocketPair(Socket peer, Socket node)
    {
        Peer = peer;
        Node = node;
    }

    public Socket Peer { get; }

    public Socket Node { get; }

    public static async Task<SocketPair> CreateAsync()
    {
        using ManualServer server = new();
        Socket peer = await SocketExtensions.ConnectAsync(server.EndPoint);
        return new SocketPair(peer, await server.AcceptAsync());
    }

    public void Dispose()
    {
        Peer.Dispose();
        Node.Dispose();
    }
}
