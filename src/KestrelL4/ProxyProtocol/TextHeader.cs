using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KestrelL4.ProxyProtocol;

/// <summary>A header of version 1: one line of text.</summary>
internal static class TextHeader
{
    // With its CRLF, and addresses as long as they get (section 2.1).
    private const int MaxLength = 107;

    /// <summary>How every line begins.</summary>
    public static ReadOnlySpan<byte> Signature => "PROXY "u8;

    /// <summary>The line of a connection whose addresses cannot be told.</summary>
    public static ReadOnlySpan<byte> Unknown => "PROXY UNKNOWN\r\n"u8;

    /// <summary>Reads a line that begins as it should.</summary>
    public static ProxyHeaderVerdict Read(ReadOnlySpan<byte> bytes, out ProxyHeader header)
    {
        header = default;
        int end = bytes[..Math.Min(bytes.Length, MaxLength)].IndexOf("\r\n"u8);
        if (end < 0)
        {
            return bytes.Length < MaxLength ? ProxyHeaderVerdict.Incomplete : ProxyHeaderVerdict.Invalid;
        }

        ProxyHeader? read = Encoding.ASCII.GetString(bytes[..end]).Split(' ') switch
        {
            ["PROXY", "UNKNOWN", ..] => default(ProxyHeader),
            ["PROXY", "TCP4", .. string[] words] => Read(AddressFamily.InterNetwork, words),
            ["PROXY", "TCP6", .. string[] words] => Read(AddressFamily.InterNetworkV6, words),
            _ => null,
        };
        header = (read ?? default) with { Length = read is null ? 0 : end + 2 };
        return read is null ? ProxyHeaderVerdict.Invalid : ProxyHeaderVerdict.Complete;
    }

    /// <summary>Writes a line.</summary>
    public static byte[] Write(ProxyAddresses? addresses)
    {
        if (addresses is not { Source: { } source, Destination: { } destination })
        {
            return Unknown.ToArray();
        }

        string family = source.AddressFamily == AddressFamily.InterNetwork ? "TCP4" : "TCP6";
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"PROXY {family} {Text(source)} {Text(destination)} {source.Port} {destination.Port}\r\n"));
    }

    private static ProxyHeader? Read(AddressFamily family, string[] words) =>
        words.Length == 4
        && Address(family, words[0]) is { } source
        && Address(family, words[1]) is { } destination
        && Port(words[2]) is { } sourcePort
        && Port(words[3]) is { } destinationPort
            ? new ProxyHeader(
                0, ProxyAddresses.Unmapped(new IPEndPoint(source, sourcePort)), ProxyAddresses.Unmapped(new IPEndPoint(destination, destinationPort)))
            : null;

    private static IPAddress? Address(AddressFamily family, string text) =>
        family == AddressFamily.InterNetwork ? Version4(text) : Version6(text);

    // .NET also reads 127.1 and 010.0.0.1, each as something else than it seems.
    private static IPAddress? Version4(string text) =>
        IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text
            ? address
            : null;

    // .NET also reads brackets, scopes and prefixes. Dots stand where the address is an IPv4 one, for haproxy writes those like inet_ntop.
    private static IPAddress? Version6(string text) =>
        text.Contains(':')
        && text.All(static letter => char.IsAsciiHexDigit(letter) || letter is ':' or '.')
        && (!text.Contains('.') || Version4(text[(text.LastIndexOf(':') + 1)..]) is not null)
        && IPAddress.TryParse(text, out IPAddress? address)
            ? address
            : null;

    private static int? Port(string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
        && port.ToString(CultureInfo.InvariantCulture) == text
            ? port
            : null;

    // Anew from its bytes, for the scope of a link-local one means nothing elsewhere.
    private static IPAddress Text(IPEndPoint endPoint) => new(endPoint.Address.GetAddressBytes());
}
