using System.Net;
using System.Text;
using KestrelL4.ProxyProtocol;
using KestrelL4.Testing.Fuzzing;
using KestrelL4.Testing.ProxyProtocol;

namespace KestrelL4.Tests.ProxyProtocol;

/// <summary>What holds for every sequence of bytes: a verdict, never an exception, and no byte beyond those given.</summary>
public sealed class ProxyHeaderPropertyTests
{
    private const int Rounds = 6_000;

    // Words and bytes that lead deeper than chance would.
    private static readonly byte[][] Pieces =
    [
        "PROXY "u8.ToArray(), "TCP4 "u8.ToArray(), "TCP6 "u8.ToArray(), "UNKNOWN"u8.ToArray(), "1.2.3.4 "u8.ToArray(), "::1 "u8.ToArray(),
        "65535"u8.ToArray(), " "u8.ToArray(), "\r"u8.ToArray(), "\r\n"u8.ToArray(), HandmadeHeader.Signature, [0x21, 0x11, 0, 12], [0x20, 0, 0, 0],
        [0x21, 0x21, 0, 36], [0x21, 0, 0xFF, 0xFF], HandmadeHeader.Fact(3, 0, 0, 0, 0), HandmadeHeader.Fact(4), [0], [0xFF, 0xFF],
    ];

    public static TheoryData<string> Valid => [.. ValidHeaders().Select(Convert.ToHexString)];

    [Theory]
    [MemberData(nameof(Valid))]
    public void Read_EveryTruncation_IsIncompleteAndTheWholeIsComplete(string hex)
    {
        byte[] header = Convert.FromHexString(hex);
        for (int length = 0; length < header.Length; length++)
        {
            Assert.Equal(ProxyHeaderVerdict.Incomplete, ProxyHeaderReader.Read(header.AsSpan(0, length), out ProxyHeader none));
            Assert.Equal(default, none);
        }

        Assert.Equal(ProxyHeaderVerdict.Complete, ProxyHeaderReader.Read(header, out ProxyHeader whole));
        Assert.Equal(header.Length, whole.Length);
    }

    [Fact]
    public void Read_BytesOfTheClientBehindIt_AreNotLookedAt()
    {
        byte[][] valid = [.. ValidHeaders()];
        Fuzz.Run(Rounds, random =>
        {
            byte[] header = valid[random.Next(valid.Length)];
            byte[] behind = new byte[random.Next(1, 300)];
            random.NextBytes(behind);
            ProxyHeaderReader.Read(header, out ProxyHeader expected);

            Assert.Equal(ProxyHeaderVerdict.Complete, ProxyHeaderReader.Read([.. header, .. behind], out ProxyHeader read));
            Assert.Equal(expected, read);
        });
    }

    [Theory]
    [InlineData(ProxyHeaderVersion.V1)]
    [InlineData(ProxyHeaderVersion.V2)]
    public void Read_WhatWeWrite_IsWhatWeKnew(ProxyHeaderVersion version)
    {
        Application application = new("echo", []);
        Fuzz.Run(Rounds, random =>
        {
            int addressLength = random.Next(2) == 0 ? 4 : 16;
            using ProxiedConnection connection = application.Open(ConnectionIds.Next(), EndPoint(random, addressLength));
            connection.Destination = EndPoint(random, addressLength);
            connection.Client = Trusted.Client(new string('c', random.Next(1, 129)), "echo");

            byte[] header = ProxyGreeting.Of(version, connection, new TlsSession("TLSv1.3", "TLS_AES_256_GCM_SHA384", Certificate: null)).ToArray();

            Assert.Equal(ProxyHeaderVerdict.Complete, ProxyHeaderReader.Read(header, out ProxyHeader read));
            Assert.Equal(header.Length, read.Length);
            if (ProxyAddresses.Of(connection.Peer, connection.Destination) is { } addresses)
            {
                Assert.Equal((addresses.Source, addresses.Destination), (read.Source, read.Destination));
            }
            else
            {
                Assert.Null(read.Source);
            }
        });
    }

    [Fact]
    public void Read_RandomBytes_GivesAVerdict() => Fuzz.Run(Rounds, static random =>
    {
        byte[] bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        return bytes;
    }, AssertConsistent);

    [Fact]
    public void Read_RandomPieces_GivesAVerdict() => Fuzz.Run(Rounds, static random =>
        [.. Enumerable.Range(0, random.Next(20)).SelectMany(_ => Pieces[random.Next(Pieces.Length)])], AssertConsistent);

    [Fact]
    public void Read_MutatedHeaders_GivesAVerdict() => Fuzz.Run(Rounds, new Mutations([.. ValidHeaders()], Pieces).Next, AssertConsistent);

    // Some of IPv6 that stand for IPv4, and some with zeros to leave out.
    private static IPEndPoint EndPoint(Random random, int addressLength)
    {
        byte[] address = new byte[addressLength];
        random.NextBytes(address);
        if (addressLength == 16 && random.Next(4) == 0)
        {
            byte[] mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];
            mapped.CopyTo(address, 0);
        }
        else if (random.Next(2) == 0)
        {
            address.AsSpan(random.Next(addressLength)).Clear();
        }

        return new IPEndPoint(new IPAddress(address), random.Next(65_536));
    }

    // A span throws when it is read beyond its end. A verdict on some bytes is the verdict on every longer sequence that begins with them, unless it was to wait for more.
    private static void AssertConsistent(byte[] bytes)
    {
        ProxyHeaderVerdict before = ProxyHeaderVerdict.Incomplete;
        ProxyHeader found = default;
        for (int length = 0; length <= bytes.Length; length++)
        {
            ProxyHeaderVerdict verdict = ProxyHeaderReader.Read(bytes.AsSpan(0, length), out ProxyHeader header);
            Assert.True(before == ProxyHeaderVerdict.Incomplete || (verdict == before && header == found), $"{before} became {verdict}");
            Assert.True(verdict == ProxyHeaderVerdict.Complete || header == default, "a header that is none");
            Assert.True(header.Length <= length, "longer than what it was read from");
            Assert.Equal(header.Source is null, header.Destination is null);
            (before, found) = (verdict, header);
        }
    }

    private static IEnumerable<byte[]> ValidHeaders()
    {
        IPEndPoint source = IPEndPoint.Parse("10.1.2.3:4660");
        IPEndPoint destination = IPEndPoint.Parse("10.9.8.7:443");
        IPEndPoint source6 = IPEndPoint.Parse("[2001:db8::1]:1");
        IPEndPoint destination6 = IPEndPoint.Parse("[2001:db8::2]:2");
        yield return Encoding.ASCII.GetBytes("PROXY UNKNOWN\r\n");
        yield return HandmadeHeader.Line(source, destination);
        yield return HandmadeHeader.Line(source6, destination6);
        yield return HandmadeHeader.Binary(HandmadeHeader.Local, 0);
        yield return HandmadeHeader.Binary(source, destination);
        yield return HandmadeHeader.Binary(HandmadeHeader.Proxied, 0x31, new byte[216]);
        yield return HandmadeHeader.Sealed(HandmadeHeader.Binary(
            source6, destination6, HandmadeHeader.Fact(0x20, [7, 0, 0, 0, 0, .. HandmadeHeader.Fact(0x21, 1, 2)]), HandmadeHeader.Fact(0xE0, 65)));
    }
}
