using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Server.Configuration.Values;

/// <summary>A network of addresses as text: <c>10.0.0.0/8</c>, <c>2001:db8::/32</c>, or one address.</summary>
internal static class NetworkText
{
    /// <summary>The forms that are understood.</summary>
    public const string Forms = "write 10.0.0.0/8, 2001:db8::/32, one address, or unix for connections over a unix socket";

    private const int MappedBits = 96;

    /// <summary>Reads a network.</summary>
    /// <param name="text">What the operator wrote.</param>
    /// <param name="network">The network; one address is a network of its own.</param>
    /// <param name="allowed">What to write instead; empty when the text was understood.</param>
    public static bool TryParse(string text, out IPNetwork network, out string allowed)
    {
        network = default;
        allowed = Forms;
        int slash = text.IndexOf('/');
        string host = slash < 0 ? text : text[..slash];
        if (!IsCanonical(host, out IPAddress? address))
        {
            return false;
        }

        byte[] bytes = address.GetAddressBytes();
        int bits = bytes.Length * 8;
        int length = bits;
        if (slash >= 0
            && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out length) || length > bits))
        {
            allowed = $"write a prefix from 0 to {bits}";
            return false;
        }

        // A client over IPv4 counts as one, also where both families share a socket.
        if (address.IsIPv4MappedToIPv6 && length >= MappedBits)
        {
            allowed = $"write {Masked(address.MapToIPv4().GetAddressBytes(), length - MappedBits)}";
            return false;
        }

        network = Masked(bytes, length);
        allowed = network.BaseAddress.Equals(address) ? "" : $"write {network}, or {address} alone";
        return allowed.Length == 0;
    }

    // .NET also reads 10.1, 0x0a.0.0.1 and [::1], each as something else than it seems or than a prefix fits to.
    private static bool IsCanonical(string host, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(host, out address)
        && (address.AddressFamily == AddressFamily.InterNetwork
            ? address.ToString() == host
            : host.All(static letter => char.IsAsciiHexDigit(letter) || letter is ':' or '.'));

    private static IPNetwork Masked(byte[] address, int length)
    {
        for (int index = 0; index < address.Length; index++)
        {
            int kept = Math.Clamp(length - (index * 8), 0, 8);
            address[index] &= (byte)(0xFF << (8 - kept));
        }

        return new IPNetwork(new IPAddress(address), length);
    }
}
