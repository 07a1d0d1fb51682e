using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace KestrelL4.ProxyProtocol;

/// <summary>A header of version 2 as it is written.</summary>
internal static class BinaryHeaderWriter
{
    private const byte SpeaksTls = 0x01;
    private const byte ShowedCertificate = 0x02 | 0x04;
    private const uint Verified = 0;
    private const uint NotVerified = 1;

    // RFC 5280 allows 64 characters, which have at most so many bytes. A name beyond that is nobody's, and is left out.
    private const int MaxCommonName = 256;

    /// <summary>Writes the header of a connection that the proxy opened by itself.</summary>
    public static byte[] WriteLocal() => [.. BinaryHeader.Signature, BinaryHeader.Local, BinaryHeader.Unspecified, 0, 0];

    /// <summary>Writes the header of a connection that is passed on.</summary>
    /// <param name="addresses">Its addresses; null = they cannot be told.</param>
    /// <param name="connection">Whose client it names.</param>
    /// <param name="tls">The client's TLS session; null = there is none.</param>
    public static byte[] Write(ProxyAddresses? addresses, ProxiedConnection connection, TlsSession? tls)
    {
        ArrayBufferWriter<byte> block = new();
        Write(block, addresses);
        if (tls is not null)
        {
            Write(block, HeaderFacts.Tls, Facts(tls));
        }

        Write(block, HeaderFacts.ClientName, connection.Client?.Name);
        Write(block, HeaderFacts.SerialNumber, connection.Certificate?.Id.SerialNumber);
        Write(block, HeaderFacts.Checksum, stackalloc byte[HeaderFacts.ChecksumLength]);
        return Seal([.. BinaryHeader.Signature, BinaryHeader.Proxied, Family(addresses), .. TwoBytes(block.WrittenCount), .. block.WrittenSpan]);
    }

    private static byte[] Seal(byte[] header)
    {
        int checksumAt = header.Length - HeaderFacts.ChecksumLength;
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(checksumAt), HeaderFacts.ChecksumOf(header, checksumAt));
        return header;
    }

    private static byte Family(ProxyAddresses? addresses) => addresses?.Source.AddressFamily switch
    {
        null => BinaryHeader.Unspecified,
        AddressFamily.InterNetwork => BinaryHeader.Tcp4,
        _ => BinaryHeader.Tcp6,
    };

    private static void Write(ArrayBufferWriter<byte> block, ProxyAddresses? addresses)
    {
        if (addresses is { Source: { } source, Destination: { } destination })
        {
            block.Write(source.Address.GetAddressBytes());
            block.Write(destination.Address.GetAddressBytes());
            block.Write(TwoBytes(source.Port));
            block.Write(TwoBytes(destination.Port));
        }
    }

    private static ReadOnlySpan<byte> Facts(TlsSession tls)
    {
        ArrayBufferWriter<byte> facts = new();
        byte[] verify = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(verify, tls.Certificate is null ? NotVerified : Verified);
        facts.Write([(byte)(SpeaksTls | (tls.Certificate is null ? 0 : ShowedCertificate)), .. verify]);
        Write(facts, HeaderFacts.TlsVersion, tls.Version);
        if (tls.Certificate is { } certificate && CommonName.Of(certificate) is { } name && Encoding.UTF8.GetByteCount(name) <= MaxCommonName)
        {
            Write(facts, HeaderFacts.TlsCommonName, name);
        }

        Write(facts, HeaderFacts.TlsCipher, tls.Cipher);
        return facts.WrittenSpan;
    }

    private static void Write(ArrayBufferWriter<byte> block, byte type, string? text)
    {
        if (text is not null)
        {
            Write(block, type, Encoding.UTF8.GetBytes(text));
        }
    }

    private static void Write(ArrayBufferWriter<byte> block, byte type, ReadOnlySpan<byte> value)
    {
        block.Write([type, .. TwoBytes(value.Length)]);
        block.Write(value);
    }

    private static byte[] TwoBytes(int value) => [(byte)(value >> 8), (byte)value];
}
