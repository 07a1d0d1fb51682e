using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace KestrelL4.Testing.ProxyProtocol;

/// <summary>PROXY headers put together byte by byte, right or wrong as a test wants them.</summary>
public static class HandmadeHeader
{
    /// <summary>Version 2, for a connection that is passed on.</summary>
    public const byte Proxied = 0x21;

    /// <summary>Version 2, for the proxy's own connection.</summary>
    public const byte Local = 0x20;

    private const byte Checksum = 0x03;
    private const uint Castagnoli = 0x82F63B78;

    /// <summary>How every header of version 2 begins.</summary>
    public static byte[] Signature { get; } = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    /// <summary>A line of version 1.</summary>
    public static byte[] Line(IPEndPoint source, IPEndPoint destination) => Encoding.ASCII.GetBytes(
        $"PROXY {(source.Address.GetAddressBytes().Length == 4 ? "TCP4" : "TCP6")} {source.Address} {destination.Address} {source.Port} {destination.Port}\r\n");

    /// <summary>A header of version 2, whatever its parts.</summary>
    public static byte[] Binary(byte command, byte family, params byte[][] parts)
    {
        byte[] block = [.. parts.SelectMany(static part => part)];
        return [.. Signature, command, family, (byte)(block.Length >> 8), (byte)block.Length, .. block];
    }

    /// <summary>A header of version 2 with the addresses of a TCP connection.</summary>
    public static byte[] Binary(IPEndPoint source, IPEndPoint destination, params byte[][] facts) =>
        Binary(Proxied, source.Address.GetAddressBytes().Length == 4 ? (byte)0x11 : (byte)0x21, [Addresses(source, destination), .. facts]);

    /// <summary>Both addresses, then both ports.</summary>
    public static byte[] Addresses(IPEndPoint source, IPEndPoint destination) =>
    [
        .. source.Address.GetAddressBytes(), .. destination.Address.GetAddressBytes(),
        (byte)(source.Port >> 8), (byte)source.Port, (byte)(destination.Port >> 8), (byte)destination.Port,
    ];

    /// <summary>A fact by type, length and value.</summary>
    public static byte[] Fact(byte type, params byte[] value) => [type, (byte)(value.Length >> 8), (byte)value.Length, .. value];

    /// <summary>The header with a checksum as its last fact.</summary>
    public static byte[] Sealed(byte[] header)
    {
        byte[] whole = [.. header, .. Fact(Checksum, 0, 0, 0, 0)];
        BinaryPrimitives.WriteUInt16BigEndian(whole.AsSpan(14), (ushort)(whole.Length - 16));
        BinaryPrimitives.WriteUInt32BigEndian(whole.AsSpan(whole.Length - 4), Crc32C(whole));
        return whole;
    }

    /// <summary>The checksum bit by bit, as the polynomial has it.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte each in bytes)
        {
            crc ^= each;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : Castagnoli);
            }
        }

        return ~crc;
    }
}
