using System.Diagnostics.CodeAnalysis;
using System.Net;
using SocketAddress = KestrelL4.Server.Configuration.Values.SocketAddress;

namespace KestrelL4.Cli.Connecting;

/// <summary>A server's port to connect to: <c>HOST:PORT</c>.</summary>
/// <param name="Text">As the user wrote it.</param>
/// <param name="EndPoint">An address, or a name that is looked up for each connection.</param>
internal sealed record ServerAddress(string Text, EndPoint EndPoint)
{
    /// <summary>What is allowed, as a user reads it.</summary>
    public const string Rule = "a server is HOST:PORT, such as db.example.com:6432, 10.0.0.5:6432 or [2001:db8::5]:6432";

    /// <summary>Takes an address that keeps the <see cref="Rule"/>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ServerAddress? address)
    {
        address = null;
        if (SocketAddress.TrySplit(text, out string host, out IPAddress? ip, out int port) && port > 0)
        {
            EndPoint? endPoint = ip is not null ? new IPEndPoint(ip, port)
                : SocketAddress.IsHostName(host) ? new DnsEndPoint(host, port)
                : null;
            address = endPoint is null ? null : new ServerAddress(text, endPoint);
        }

        return address is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
