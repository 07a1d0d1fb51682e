using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Bench.Upstreams;

/// <summary>The process that plays the two plain upstream servers; it lives until its standard input ends.</summary>
internal static class UpstreamRole
{
    /// <summary>The argument that selects this role.</summary>
    public const string Name = "upstream";

    private const int Backlog = 4096;

    /// <summary>Prints the two ports on one line, then serves until the parent goes away.</summary>
    public static async Task<int> RunAsync(CancellationToken stopping)
    {
        using Socket first = Listen();
        using Socket second = Listen();
        Console.WriteLine($"{Port(first)} {Port(second)}");
        Task serving = Task.WhenAny(AcceptAsync(first, stopping), AcceptAsync(second, stopping));
        await Task.WhenAny(serving, Console.In.ReadToEndAsync(stopping));
        return 0;
    }

    private static async Task AcceptAsync(Socket listener, CancellationToken stopping)
    {
        while (true)
        {
            Socket accepted = await listener.AcceptAsync(stopping);
            _ = new UpstreamConnection(accepted).ServeAsync(stopping);
        }
    }

    private static Socket Listen()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(Backlog);
        return listener;
    }

    private static int Port(Socket listener) => ((IPEndPoint)listener.LocalEndPoint!).Port;
}
