using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Server.Configuration.Values;

/// <summary>The address of a listener as text.</summary>
internal static class ListenText
{
    /// <summary>The forms that are understood.</summary>
    public const string Forms = "write 1.2.3.4:PORT, [::1]:PORT, [::]:PORT, localhost:PORT, unix:/PATH or systemd:NAME";

    // The longest name that systemd gives a descriptor.
    private const int MaxName = 255;

    private const string PassedPrefix = "systemd:";

    /// <summary>Reads an address to listen at.</summary>
    /// <param name="text">What the operator wrote.</param>
    /// <param name="directory">The absolute directory that a relative socket path starts from.</param>
    /// <param name="address">The address.</param>
    /// <param name="allowed">What to write instead; empty when the text was understood.</param>
    public static bool TryParse(string text, string directory, [NotNullWhen(true)] out ListenAddress? address, out string allowed)
    {
        (address, allowed) = text switch
        {
            _ when UnixSocketPath.IsMeant(text) => UnixSocket(text, directory),
            _ when text.StartsWith(PassedPrefix, StringComparison.Ordinal) => Passed(text),
            _ => Tcp(text),
        };
        return address is not null;
    }

    private static (ListenAddress? Address, string Allowed) UnixSocket(string text, string directory) =>
        UnixSocketPath.TryParse(text, directory, out UnixDomainSocketEndPoint? endPoint, out string? problem)
            ? (new ListenAddress($"{UnixSocketPath.Prefix}{endPoint}", [endPoint]), "")
            : (null, problem ?? Forms);

    private static (ListenAddress? Address, string Allowed) Passed(string text)
    {
        string name = text[PassedPrefix.Length..];
        return name.Length is > 0 and <= MaxName && name.All(static character => char.IsAscii(character) && !char.IsControl(character) && character != ':')
            ? (new ListenAddress(text, [new PassedEndPoint(name)]), "")
            : (null, $"a name is what FileDescriptorName= of the .socket unit says: 1 to {MaxName} of ASCII, without colons");
    }

    private static (ListenAddress? Address, string Allowed) Tcp(string text)
    {
        if (!SocketAddress.TrySplit(text, out string host, out IPAddress? address, out int port))
        {
            return (null, Forms);
        }

        if (address is not null)
        {
            return (new ListenAddress(text, [new IPEndPoint(address, port)]), "");
        }

        if (!host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return (null, Forms);
        }

        // The two loopbacks could not be given the same port.
        return port == 0
            ? (null, "localhost needs a port other than 0; write 127.0.0.1:0 for any port")
            : (new ListenAddress(text, [new IPEndPoint(IPAddress.Loopback, port), new IPEndPoint(IPAddress.IPv6Loopback, port)]), "");
    }
}
