using System.Buffers.Binary;
using System.Net;

namespace KestrelL4.ProxyProtocol;

/// <summary>A header of version 2 as it is read: 16 bytes of a fixed form, two addresses, facts by type, length and value.</summary>
internal static class BinaryHeader
{
    /// <summary>How many bytes stand before the addresses.</summary>
    public const int FixedLength = 16;

    /// <summary>Version 2, for a connection that the proxy opened by itself.</summary>
    public const byte Local = 0x20;

    /// <summary>Version 2, for a connection that the proxy passes on.</summary>
    public const byte Proxied = 0x21;

    /// <summary>No addresses.</summary>
    public const byte Unspecified = 0x00;

    /// <summary>TCP over IPv4.</summary>
    public const byte Tcp4 = 0x11;

    /// <summary>TCP over IPv6.</summary>
    public const byte Tcp6 = 0x21;

    private const byte UnixStream = 0x31;
    private const int CommandAt = 12;
    private const int FamilyAt = 13;
    private const int LengthAt = 14;

    /// <summary>How every header begins.</summary>
    public static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads a header that begins as it should.</summary>
    public static ProxyHeaderVerdict Read(ReadOnlySpan<byte> bytes, out ProxyHeader header)
    {
        header = default;
        if (bytes.Length > CommandAt && bytes[CommandAt] is not (Local or Proxied))
        {
            return ProxyHeaderVerdict.Invalid;
        }

        if (bytes.Length < FixedLength)
        {
            return ProxyHeaderVerdict.Incomplete;
        }

        int length = FixedLength + BinaryPrimitives.ReadUInt16BigEndian(bytes[LengthAt..]);
        bool isLocal = bytes[CommandAt] == Local;

        // What a proxy's own connection brings along is skipped unread, its family too.
        int? addresses = isLocal ? 0 : AddressesLength(bytes[FamilyAt]);
        if (length > ProxyHeaderReader.MaxLength || addresses is null || length < FixedLength + addresses)
        {
            return ProxyHeaderVerdict.Invalid;
        }

        if (bytes.Length < length)
        {
            return ProxyHeaderVerdict.Incomplete;
        }

        if (!isLocal && !HeaderFacts.AreSound(bytes[..length], FixedLength + addresses.Value))
        {
            return ProxyHeaderVerdict.Invalid;
        }

        header = ReadAddresses(bytes[FixedLength..length], isLocal ? Unspecified : bytes[FamilyAt]) with { Length = length };
        return ProxyHeaderVerdict.Complete;
    }

    // Null for what must be refused: what is not defined, and datagrams, for a TCP connection carries none.
    private static int? AddressesLength(byte family) => family switch
    {
        Unspecified => 0,
        Tcp4 => 12,
        Tcp6 => 36,
        UnixStream => 216,
        _ => null,
    };

    private static ProxyHeader ReadAddresses(ReadOnlySpan<byte> block, byte family) => family switch
    {
        Tcp4 => ReadAddresses(block, addressLength: 4),
        Tcp6 => ReadAddresses(block, addressLength: 16),
        _ => default,
    };

    private static ProxyHeader ReadAddresses(ReadOnlySpan<byte> block, int addressLength)
    {
        ReadOnlySpan<byte> ports = block[(2 * addressLength)..];
        return new ProxyHeader(
            0,
            EndPoint(block[..addressLength], ports),
            EndPoint(block[addressLength..(2 * addressLength)], ports[sizeof(ushort)..]));
    }

    private static IPEndPoint EndPoint(ReadOnlySpan<byte> address, ReadOnlySpan<byte> port) =>
        ProxyAddresses.Unmapped(new IPEndPoint(new IPAddress(address), BinaryPrimitives.ReadUInt16BigEndian(port)));
}
