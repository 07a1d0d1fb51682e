using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Embedding;

/// <summary>An upstream: greets whoever comes, waits until they leave, and ends.</summary>
internal sealed class Greeter : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _greeting;

    private Greeter(string name)
    {
        _greeting = Encoding.UTF8.GetBytes($"hello from {name}\n");
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    public static Greeter Start(string name)
    {
        Greeter greeter = new(name);
        _ = greeter.AcceptAsync();
        return greeter;
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = GreetAsync(await _listener.AcceptAsync());
            }
        }
        catch (SocketException)
        {
            // Disposed: nobody is greeted any more.
        }
    }

    private async Task GreetAsync(Socket visitor)
    {
        using NetworkStream stream = new(visitor, ownsSocket: true);
        try
        {
            await stream.WriteAsync(_greeting);
            await stream.CopyToAsync(Stream.Null);
        }
        catch (IOException)
        {
            // The visitor left without a goodbye.
        }
    }
}
