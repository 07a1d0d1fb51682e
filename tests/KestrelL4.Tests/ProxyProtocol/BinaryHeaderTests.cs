using System.Net;
using KestrelL4.ProxyProtocol;
using KestrelL4.Testing.ProxyProtocol;

namespace KestrelL4.Tests.ProxyProtocol;

public sealed class BinaryHeaderTests
{
    private static readonly IPEndPoint Source = IPEndPoint.Parse("10.1.2.3:4660");
    private static readonly IPEndPoint Destination = IPEndPoint.Parse("10.9.8.7:443");

    [Theory]
    [InlineData("10.1.2.3:4660", "10.9.8.7:443", "10.1.2.3:4660", "10.9.8.7:443")]
    [InlineData("[2001:db8::1]:1", "[2001:db8::2]:65535", "[2001:db8::1]:1", "[2001:db8::2]:65535")]
    [InlineData("[::ffff:10.1.2.3]:1", "[::ffff:10.9.8.7]:0", "10.1.2.3:1", "10.9.8.7:0")]
    public void Read_TcpAddresses_GivesThemUnmapped(string source, string destination, string expectedSource, string expectedDestination)
    {
        byte[] bytes = HandmadeHeader.Binary(IPEndPoint.Parse(source), IPEndPoint.Parse(destination));

        AssertComplete(new ProxyHeader(bytes.Length, IPEndPoint.Parse(expectedSource), IPEndPoint.Parse(expectedDestination)), bytes);
    }

    [Fact]
    public void Read_FactsOfAnyKind_SkipsThem()
    {
        byte[] bytes = HandmadeHeader.Sealed(HandmadeHeader.Binary(
            Source, Destination, HandmadeHeader.Fact(0x04), HandmadeHeader.Fact(0x01, 1, 2, 3), HandmadeHeader.Fact(0xEE, new byte[300])));

        AssertComplete(new ProxyHeader(bytes.Length, Source, Destination), bytes);
    }

    [Fact]
    public void Read_ChecksumBeforeOtherFacts_IsThatOfAllBytes()
    {
        byte[] bytes = HandmadeHeader.Binary(Source, Destination, HandmadeHeader.Fact(0x03, 0, 0, 0, 0), HandmadeHeader.Fact(0xEE, 1, 2, 3));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(31), HandmadeHeader.Crc32C(bytes));

        AssertComplete(new ProxyHeader(bytes.Length, Source, Destination), bytes);
    }

    [Fact]
    public void Read_AnyByteOfASealedHeaderChanged_IsNotComplete()
    {
        byte[] whole = HandmadeHeader.Sealed(HandmadeHeader.Binary(Source, Destination, HandmadeHeader.Fact(0xEE, 1, 2, 3)));
        int typeOfChecksum = whole.Length - 7;
        for (int at = 0; at < whole.Length; at++)
        {
            if (at == typeOfChecksum)
            {
                // By another type it is a fact like any other, and there is no checksum.
                continue;
            }

            byte[] changed = [.. whole];
            changed[at] ^= 0x10;

            Assert.NotEqual(ProxyHeaderVerdict.Complete, ProxyHeaderReader.Read(changed, out _));
        }
    }

    [Theory]
    [InlineData(HandmadeHeader.Local, 0x00)]
    [InlineData(HandmadeHeader.Local, 0x12)]
    [InlineData(HandmadeHeader.Local, 0xFF)]
    [InlineData(HandmadeHeader.Proxied, 0x00)]
    public void Read_NoAddresses_IsComplete(byte command, byte family)
    {
        byte[] bytes = HandmadeHeader.Binary(command, family);

        AssertComplete(new ProxyHeader(bytes.Length, null, null), bytes);
    }

    [Fact]
    public void Read_LocalWithABlock_SkipsItUnread()
    {
        byte[] bytes = HandmadeHeader.Binary(HandmadeHeader.Local, 0x11, [1, 2, 3, 4, 5]);

        AssertComplete(new ProxyHeader(bytes.Length, null, null), bytes);
    }

    [Fact]
    public void Read_UnixAddresses_KeepsTheSocketsOwn()
    {
        byte[] bytes = HandmadeHeader.Binary(HandmadeHeader.Proxied, 0x31, new byte[216], HandmadeHeader.Fact(0x04, 0));

        AssertComplete(new ProxyHeader(bytes.Length, null, null), bytes);
    }

    [Theory]
    [InlineData(0x11, 11)]
    [InlineData(0x21, 35)]
    [InlineData(0x31, 215)]
    public void Read_BlockShorterThanItsAddresses_IsInvalid(byte family, int length) =>
        AssertInvalid(HandmadeHeader.Binary(HandmadeHeader.Proxied, family, new byte[length]));

    [Theory]
    [InlineData(0x12, 12)]
    [InlineData(0x22, 36)]
    [InlineData(0x32, 216)]
    [InlineData(0x10, 12)]
    [InlineData(0x13, 12)]
    [InlineData(0x01, 0)]
    [InlineData(0x02, 0)]
    [InlineData(0x41, 0)]
    [InlineData(0xFF, 0)]
    public void Read_DatagramsAndUndefinedFamilies_AreInvalid(byte family, int length) =>
        AssertInvalid(HandmadeHeader.Binary(HandmadeHeader.Proxied, family, new byte[length]));

    [Theory]
    [InlineData(0x22)]
    [InlineData(0x2F)]
    [InlineData(0x11)]
    [InlineData(0x31)]
    [InlineData(0x01)]
    public void Read_AnotherVersionOrCommand_IsInvalidOnceItIsSeen(byte command) => AssertInvalid([.. HandmadeHeader.Signature, command]);

    [Theory]
    [InlineData("04")]
    [InlineData("0400")]
    [InlineData("040001")]
    [InlineData("04FFFF00")]
    [InlineData("0400000400")]
    [InlineData("03000400000000")]
    [InlineData("030003000000")]
    [InlineData("0300050000000000")]
    [InlineData("030000")]
    public void Read_FactsThatAreNotSound_AreInvalid(string facts)
    {
        AssertInvalid(HandmadeHeader.Binary(Source, Destination, Convert.FromHexString(facts)));
        AssertInvalid(HandmadeHeader.Binary(HandmadeHeader.Proxied, 0x00, Convert.FromHexString(facts)));
    }

    [Fact]
    public void Read_TwoChecksums_IsInvalid() =>
        AssertInvalid(HandmadeHeader.Sealed(HandmadeHeader.Sealed(HandmadeHeader.Binary(Source, Destination))));

    [Fact]
    public void Read_LongHeader_IsBounded()
    {
        byte[] longest = HandmadeHeader.Binary(Source, Destination, HandmadeHeader.Fact(0xEE, new byte[ProxyHeaderReader.MaxLength - 28 - 3]));
        byte[] longer = HandmadeHeader.Binary(Source, Destination, HandmadeHeader.Fact(0xEE, new byte[ProxyHeaderReader.MaxLength - 28 - 2]));

        AssertComplete(new ProxyHeader(ProxyHeaderReader.MaxLength, Source, Destination), longest);
        AssertInvalid(longer[..16]);
        AssertInvalid([.. HandmadeHeader.Signature, HandmadeHeader.Local, 0, 0xFF, 0xFF]);
    }

    private static void AssertComplete(ProxyHeader expected, byte[] bytes)
    {
        Assert.Equal(ProxyHeaderVerdict.Complete, ProxyHeaderReader.Read([.. bytes, .. "more"u8], out ProxyHeader header));
        Assert.Equal(expected, header);
    }

    private static void AssertInvalid(byte[] bytes) => Assert.Equal(ProxyHeaderVerdict.Invalid, ProxyHeaderReader.Read(bytes, out _));
}
