using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace KestrelL4.Server.Configuration.Values;

/// <summary>The parts of <c>host:port</c>: the host as address or name, and the port.</summary>
internal static partial class SocketAddress
{
    private const string Label = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";

    /// <summary>Splits a text at its last colon; an IPv6 address needs its brackets.</summary>
    /// <param name="text">Such as <c>1.2.3.4:80</c>, <c>[::1]:80</c> or <c>db.internal:80</c>.</param>
    /// <param name="host">The host without brackets.</param>
    /// <param name="address">The host as an address; null when it is no address.</param>
    /// <param name="port">0 to 65,535.</param>
    public static bool TrySplit(string text, out string host, out IPAddress? address, out int port)
    {
        int colon = text.LastIndexOf(':');
        host = colon > 0 ? text[..colon] : "";
        address = null;
        port = 0;
        if (host.Length == 0 || text.Length - colon > 6
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port > 65_535)
        {
            return false;
        }

        if (host is ['[', .. string inner, ']'])
        {
            host = inner;
            return IPAddress.TryParse(inner, out address) && address.AddressFamily == AddressFamily.InterNetworkV6;
        }

        // .NET also reads 127.1, 0x7f.0.0.1 and 010.0.0.1, each as something else than it seems.
        if (IPAddress.TryParse(host, out IPAddress? v4) && v4.ToString() == host)
        {
            address = v4;
        }

        return !host.Contains(':');
    }

    /// <summary>Whether the text can be a host name: up to 253 characters, the last label not a number.</summary>
    public static bool IsHostName(string text) => text.Length <= 253 && HostNameForm().IsMatch(text);

    // Underlines are no letters of a host name (RFC 952), but container networks hand out names with them.
    [GeneratedRegex($@"\A({Label}\.)*(?![0-9]+\.?\z){Label}\.?\z")]
    private static partial Regex HostNameForm();
}
