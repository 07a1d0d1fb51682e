using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace KestrelL4.Server.Configuration.Values;

/// <summary>The address of an upstream as text.</summary>
internal static class UpstreamAddress
{
    /// <summary>The forms that are understood.</summary>
    public const string Forms = "write 1.2.3.4:PORT, [::1]:PORT or HOST:PORT, with a port from 1 to 65535";

    /// <summary>Reads an address or a host name, each with its port.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out EndPoint? endPoint)
    {
        endPoint = null;
        if (!SocketAddress.TrySplit(text, out string host, out IPAddress? address, out int port) || port == 0)
        {
            return false;
        }

        if (address is not null)
        {
            endPoint = new IPEndPoint(address, port);
        }
        else if (SocketAddress.IsHostName(host))
        {
            endPoint = new DnsEndPoint(host, port);
        }

        return endPoint is not null;
    }

    /// <summary>An address as the operator writes it, such as <c>10.0.0.11:5432</c> or <c>db2.internal:5432</c>.</summary>
    public static string Text(EndPoint address) => address is DnsEndPoint name ? $"{name.Host}:{name.Port}" : address.ToString()!;
}
