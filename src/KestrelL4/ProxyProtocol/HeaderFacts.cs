using System.Buffers.Binary;
using System.Numerics;

namespace KestrelL4.ProxyProtocol;

/// <summary>What a header of version 2 tells beyond addresses: facts, each by type, length and value.</summary>
internal static class HeaderFacts
{
    /// <summary>The type of the header's own checksum.</summary>
    public const byte Checksum = 0x03;

    /// <summary>The type of what is known of the client's TLS session; facts of their own below it.</summary>
    public const byte Tls = 0x20;

    /// <summary>Below <see cref="Tls"/>: the version.</summary>
    public const byte TlsVersion = 0x21;

    /// <summary>Below <see cref="Tls"/>: the common name of the client's certificate.</summary>
    public const byte TlsCommonName = 0x22;

    /// <summary>Below <see cref="Tls"/>: the cipher suite.</summary>
    public const byte TlsCipher = 0x23;

    /// <summary>Our own: the client's name, from the range that the specification leaves to applications.</summary>
    public const byte ClientName = 0xE0;

    /// <summary>Our own: the serial number of the client's certificate.</summary>
    public const byte SerialNumber = 0xE1;

    /// <summary>How many bytes a checksum has.</summary>
    public const int ChecksumLength = sizeof(uint);

    private const int PrefixLength = 3;

    /// <summary>Whether the facts fill a header to its end, and its checksum, if there is one, is that of its bytes.</summary>
    /// <param name="header">The whole header.</param>
    /// <param name="begin">Where the facts begin.</param>
    public static bool AreSound(ReadOnlySpan<byte> header, int begin)
    {
        int checksumAt = 0;
        for (int at = begin, next; at < header.Length; at = next)
        {
            if (header.Length - at < PrefixLength)
            {
                return false;
            }

            next = at + PrefixLength + BinaryPrimitives.ReadUInt16BigEndian(header[(at + 1)..]);
            if (next > header.Length)
            {
                return false;
            }

            if (header[at] == Checksum)
            {
                if (checksumAt != 0 || next - at != PrefixLength + ChecksumLength)
                {
                    return false;
                }

                checksumAt = at + PrefixLength;
            }
        }

        return checksumAt == 0 || BinaryPrimitives.ReadUInt32BigEndian(header[checksumAt..]) == ChecksumOf(header, checksumAt);
    }

    /// <summary>The CRC32C of a header, its own place counted as zeros (RFC 4960 appendix B).</summary>
    public static uint ChecksumOf(ReadOnlySpan<byte> header, int checksumAt)
    {
        uint crc = Add(uint.MaxValue, header[..checksumAt]);
        crc = BitOperations.Crc32C(crc, 0u);
        return ~Add(crc, header[(checksumAt + ChecksumLength)..]);
    }

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte each in bytes)
        {
            crc = BitOperations.Crc32C(crc, each);
        }

        return crc;
    }
}
