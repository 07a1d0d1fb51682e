using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KestrelL4.Testing.Servers;

/// <summary>An HTTP proxy that knows CONNECT alone; wherever it is asked to lead, it leads to one server.</summary>
public sealed class ConnectProxy : LoopbackServer
{
    private readonly IPEndPoint _server;
    private readonly ConcurrentQueue<string> _requests = new();

    /// <summary>Listens on any free port.</summary>
    /// <param name="server">Where it leads.</param>
    public ConnectProxy(IPEndPoint server)
    {
        _server = server;
        Start();
    }

    /// <summary>The value of <c>Proxy-Authorization</c> that it wants; null = none.</summary>
    public string? Authorization { get; set; }

    /// <summary>The status line with which it refuses everybody; null = it does not.</summary>
    public string? Refusal { get; set; }

    /// <summary>The heads of the requests that it was sent, in order.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <inheritdoc/>
    protected override async Task ServeAsync(Socket connection, CancellationToken cancellationToken)
    {
        while (await ReadHeadAsync(connection, cancellationToken) is { Length: > 0 } head)
        {
            _requests.Enqueue(head);
            bool isWelcome = Authorization is null || head.Contains($"Proxy-Authorization: {Authorization}\r\n", StringComparison.OrdinalIgnoreCase);
            string answer = Refusal ?? (isWelcome ? "200 Connected" : "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"test\"");
            bool leads = answer.StartsWith("200", StringComparison.Ordinal);
            await connection.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {answer}{(leads ? "" : "\r\nContent-Length: 0")}\r\n\r\n"), cancellationToken);
            if (leads)
            {
                await PassAsync(connection, _server, cancellationToken);
                return;
            }
        }
    }

    /// <summary>Passes bytes between a connection and a server, until either side ends.</summary>
    internal static async Task PassAsync(Socket connection, IPEndPoint server, CancellationToken cancellation)
    {
        using Socket behind = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await behind.ConnectAsync(server, cancellation);
        await using NetworkStream front = new(connection, ownsSocket: false);
        await using NetworkStream back = new(behind, ownsSocket: false);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] directions = [front.CopyToAsync(back, over.Token), back.CopyToAsync(front, over.Token)];
        await Task.WhenAny(directions);
        await over.CancelAsync();
        await Task.WhenAll(directions).ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    // Byte by byte: what follows the head belongs to the server.
    private static async Task<string> ReadHeadAsync(Socket connection, CancellationToken cancellation)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await connection.ReceiveAsync(one, cancellation) == 1)
        {
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
