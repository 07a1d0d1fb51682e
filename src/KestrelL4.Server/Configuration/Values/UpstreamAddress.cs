using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Server.Configuration.Values;

/// <summary>The address of an upstream as text.</summary>
internal static class UpstreamAddress
{
    /// <summary>The forms that are understood.</summary>
    public const string Forms = "write 1.2.3.4:PORT, [::1]:PORT or HOST:PORT, with a port from 1 to 65535, or unix:/PATH";

    /// <summary>Reads an address or a host name, each with its port, or a unix socket.</summary>
    /// <param name="text">What the operator wrote.</param>
    /// <param name="directory">The absolute directory that a relative socket path starts from.</param>
    /// <param name="endPoint">The address.</param>
    /// <param name="allowed">What to write instead.</param>
    public static bool TryParse(string text, string directory, [NotNullWhen(true)] out EndPoint? endPoint, out string allowed)
    {
        endPoint = null;
        allowed = Forms;
        if (UnixSocketPath.IsMeant(text))
        {
            bool isPath = UnixSocketPath.TryParse(text, directory, out UnixDomainSocketEndPoint? path, out string? problem);
            endPoint = path;
            allowed = problem ?? Forms;
            return isPath;
        }

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

    /// <summary>An address as the operator writes it, such as <c>10.0.0.11:5432</c>, <c>db2.internal:5432</c> or <c>unix:/run/db.sock</c>.</summary>
    public static string Text(EndPoint address) => address switch
    {
        DnsEndPoint name => $"{name.Host}:{name.Port}",
        UnixDomainSocketEndPoint path => $"{UnixSocketPath.Prefix}{path}",
        _ => address.ToString()!,
    };
}
