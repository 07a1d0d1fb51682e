using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KestrelL4.Testing.Servers;

/// <summary>A SOCKS 5 proxy (RFC 1928, RFC 1929); wherever it is asked to lead, it leads to one server.</summary>
public sealed class SocksProxy : LoopbackServer
{
    private const byte Version = 5;
    private const byte NoMethod = 0xFF;
    private const byte ByName = 3;
    private const byte ByV4 = 1;
    private const int V6Length = 16;
    private const int V4Length = 4;

    private readonly IPEndPoint _server;
    private readonly ConcurrentQueue<string> _targets = new();

    /// <summary>Listens on any free port.</summary>
    /// <param name="server">Where it leads.</param>
    public SocksProxy(IPEndPoint server)
    {
        _server = server;
        Start();
    }

    /// <summary>The user name and password that it wants, with a colon between them; null = none.</summary>
    public string? User { get; set; }

    /// <summary>The code of its reply; 0 = it leads to the server.</summary>
    public byte Reply { get; set; }

    /// <summary>Where it was asked to lead, in order: a host name, or an address.</summary>
    public IReadOnlyList<string> Targets => [.. _targets];

    /// <inheritdoc/>
    protected override async Task ServeAsync(Socket connection, CancellationToken cancellationToken)
    {
        byte[] methods = await ReadAsync(connection, (await ReadAsync(connection, 2, cancellationToken))[1], cancellationToken);
        byte wanted = (byte)(User is null ? 0 : 2);
        await connection.SendAsync((byte[])[Version, methods.Contains(wanted) ? wanted : NoMethod], cancellationToken);
        if (!methods.Contains(wanted) || (User is not null && !await IsWelcomeAsync(connection, cancellationToken)))
        {
            return;
        }

        byte kind = (await ReadAsync(connection, 4, cancellationToken))[3];
        int length = kind == ByName ? (await ReadAsync(connection, 1, cancellationToken))[0] : kind == ByV4 ? V4Length : V6Length;
        byte[] target = await ReadAsync(connection, length, cancellationToken);
        await ReadAsync(connection, 2, cancellationToken);
        _targets.Enqueue(kind == ByName ? Encoding.ASCII.GetString(target) : new IPAddress(target).ToString());
        await connection.SendAsync((byte[])[Version, Reply, 0, ByV4, 0, 0, 0, 0, 0, 0], cancellationToken);
        if (Reply == 0)
        {
            await ConnectProxy.PassAsync(connection, _server, cancellationToken);
        }
    }

    private async Task<bool> IsWelcomeAsync(Socket connection, CancellationToken cancellation)
    {
        string name = Encoding.UTF8.GetString(await ReadAsync(connection, (await ReadAsync(connection, 2, cancellation))[1], cancellation));
        string password = Encoding.UTF8.GetString(await ReadAsync(connection, (await ReadAsync(connection, 1, cancellation))[0], cancellation));
        bool isWelcome = User == $"{name}:{password}";
        await connection.SendAsync((byte[])[1, (byte)(isWelcome ? 0 : 1)], cancellation);
        return isWelcome;
    }

    private static async Task<byte[]> ReadAsync(Socket connection, int length, CancellationToken cancellation)
    {
        byte[] bytes = new byte[length];
        await using NetworkStream stream = new(connection, ownsSocket: false);
        await stream.ReadExactlyAsync(bytes, cancellation);
        return bytes;
    }
}
