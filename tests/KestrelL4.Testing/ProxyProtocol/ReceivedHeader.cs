using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace KestrelL4.Testing.ProxyProtocol;

/// <summary>A PROXY header of version 2 as an upstream received it, read without the code that is tested.</summary>
/// <param name="Command">Version and command.</param>
/// <param name="Family">Family and protocol.</param>
/// <param name="Source">The client's end point; null without addresses.</param>
/// <param name="Destination">The end point that it connected to; null without addresses.</param>
/// <param name="Facts">The facts by type.</param>
/// <param name="Rest">What came behind the header.</param>
public sealed record ReceivedHeader(
    byte Command, byte Family, IPEndPoint? Source, IPEndPoint? Destination, IReadOnlyDictionary<byte, byte[]> Facts, byte[] Rest)
{
    /// <summary>The facts below the one of TLS, as text by type.</summary>
    public IReadOnlyDictionary<byte, string> Tls => ReadFacts(Facts[0x20].AsSpan(5)).ToDictionary(
        static fact => fact.Key, static fact => Encoding.UTF8.GetString(fact.Value));

    /// <summary>A fact as text; null when it is not there.</summary>
    public string? Text(byte type) => Facts.TryGetValue(type, out byte[]? value) ? Encoding.UTF8.GetString(value) : null;

    /// <summary>Reads a header that must be whole and carry a checksum that is right.</summary>
    public static ReceivedHeader Read(byte[] bytes)
    {
        Require(bytes.AsSpan().StartsWith(HandmadeHeader.Signature), "the signature");
        int length = 16 + BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(14));
        Require(bytes.Length >= length, "all that the length promises");
        byte[] header = bytes[..length];
        int size = header[13] switch { 0x00 => 0, 0x11 => 4, 0x21 => 16, _ => throw new InvalidOperationException($"family {header[13]}") };
        int factsAt = 16 + (size == 0 ? 0 : (2 * size) + 4);
        Dictionary<byte, byte[]> facts = ReadFacts(header.AsSpan(factsAt));
        uint checksum = BinaryPrimitives.ReadUInt32BigEndian(facts[3]);
        byte[] checksumFact = HandmadeHeader.Fact(0x03, facts[3]);
        header.AsSpan(header.AsSpan().LastIndexOf(checksumFact) + 3, 4).Clear();
        Require(checksum == HandmadeHeader.Crc32C(header), "the checksum of its bytes");
        return new ReceivedHeader(
            header[12], header[13], EndPoint(header, size, 0), EndPoint(header, size, 1), facts, bytes[length..]);
    }

    private static IPEndPoint? EndPoint(byte[] header, int size, int index) => size == 0
        ? null
        : new IPEndPoint(
            new IPAddress(header.AsSpan(16 + (index * size), size)),
            BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(16 + (2 * size) + (2 * index))));

    private static Dictionary<byte, byte[]> ReadFacts(ReadOnlySpan<byte> bytes)
    {
        Dictionary<byte, byte[]> facts = [];
        while (!bytes.IsEmpty)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]);
            facts.Add(bytes[0], bytes.Slice(3, length).ToArray());
            bytes = bytes[(3 + length)..];
        }

        return facts;
    }

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"The header lacks {what}.");
        }
    }
}
