using System.Net.Sockets;

namespace KestrelL4.Cli.Control;

/// <summary>HTTP over a unix socket.</summary>
internal static class UnixHttp
{
    /// <summary>A client whose every request goes to one socket; nothing is connected yet.</summary>
    public static HttpClient Client(string path) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = (_, cancellation) => ConnectAsync(path, cancellation),
    })
    {
        BaseAddress = new Uri("http://localhost"),
    };

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
