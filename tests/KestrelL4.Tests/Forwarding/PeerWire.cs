using System.Net.Sockets;
using KestrelL4.Testing.Clients;

namespace KestrelL4.Tests.Forwarding;

/// <summary>What a peer of a relay speaks over: plain TCP or TLS.</summary>
internal abstract class PeerWire(Socket socket)
{
    public Socket Socket { get; } = socket;

    /// <summary>Whether an exception tells that the other side, or this one, has broken the connection.</summary>
    public static bool IsBroken(Exception exception) => exception is SocketException or IOException or ObjectDisposedException;

    public abstract Task SendAsync(byte[] bytes);

    public abstract ValueTask<int> ReceiveAsync(byte[] buffer);

    /// <summary>Ends this direction in order.</summary>
    public abstract Task EndAsync();
}

/// <summary>Plain TCP.</summary>
internal sealed class SocketWire(Socket socket) : PeerWire(socket)
{
    public override Task SendAsync(byte[] bytes) => Socket.SendAllAsync(bytes);

    public override ValueTask<int> ReceiveAsync(byte[] buffer) => Socket.ReceiveAsync(buffer.AsMemory());

    public override Task EndAsync()
    {
        Socket.Shutdown(SocketShutdown.Send);
        return Task.CompletedTask;
    }
}

/// <summary>TLS, whose end is a goodbye.</summary>
internal sealed class TlsWire(TlsClient client) : PeerWire(client.Socket)
{
    public override Task SendAsync(byte[] bytes) => client.SendAsync(bytes);

    public override ValueTask<int> ReceiveAsync(byte[] buffer) => client.Stream.ReadAsync(buffer);

    public override Task EndAsync() => client.CompleteSendingAsync();
}
