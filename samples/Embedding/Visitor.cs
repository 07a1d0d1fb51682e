using System.Net;
using System.Net.Sockets;

namespace Embedding;

/// <summary>A client: comes, hears one line, leaves.</summary>
internal sealed class Visitor : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _reader;

    private Visitor(Socket socket)
    {
        _socket = socket;
        _reader = new StreamReader(new NetworkStream(socket));
    }

    public static async Task<Visitor> ConnectAsync(IPEndPoint door)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(door);
        return new Visitor(socket);
    }

    /// <summary>One line, or nothing when the door was shut.</summary>
    public async Task<string> HearAsync() => await _reader.ReadLineAsync() ?? "";

    public void Leave() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
    }
}
