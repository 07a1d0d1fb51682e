using System.Net;
using System.Text;
using KestrelL4.ProxyProtocol;
using KestrelL4.Testing.ProxyProtocol;

namespace KestrelL4.Tests.ProxyProtocol;

/// <summary>What holds for every sequence of bytes: a verdict, never an exception, and no byte beyond those given.</summary>
public sealed class ProxyHeaderPropertyTests
{
    private const int Runs = 6_000;
    private const int Seed = 20_261_121;

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

    [Theory]
    [MemberData(nameof(Valid))]
    public void Read_BytesOfTheClientBehindIt_AreNotLookedAt(string hex)
    {
        byte[] header = Convert.FromHexString(hex);
        ProxyHeaderReader.Read(header, out ProxyHeader expected);
        Random random = new(Seed);
        for (int run = 0; run < 200; run++)
        {
            byte[] behind = new byte[random.Next(1, 300)];
            random.NextBytes(behind);

            Assert.Equal(ProxyHeaderVerdict.Complete, ProxyHeaderReader.Read([.. header, .. behind], out ProxyHeader read));
            Assert.Equal(expected, read);
        }
    }

    [Fact]
    public void Read_RandomBytes_GivesAVerdict() => ForEachRun(static random =>
    {
        byte[] bytes = new byte[random.Next(200)];
        random.NextBytes(bytes);
        return bytes;
    });

    [Fact]
    public void Read_RandomPieces_GivesAVerdict() => ForEachRun(static random =>
        [.. Enumerable.Range(0, random.Next(20)).SelectMany(_ => Pieces[random.Next(Pieces.Length)])]);

    [Fact]
    public void Read_MutatedHeaders_GivesAVerdict()
    {
        byte[][] valid = [.. ValidHeaders()];
        ForEachRun(random => Mutate([.. valid[random.Next(valid.Length)]], random));
    }

    private static void ForEachRun(Func<Random, byte[]> bytesOf)
    {
        for (int run = 0; run < Runs; run++)
        {
            byte[] bytes = bytesOf(new Random(Seed + run));
            try
            {
                AssertConsistent(bytes);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {Seed + run}: {Convert.ToHexString(bytes)}: {exception.Message}", exception);
            }
        }
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

    private static byte[] Mutate(byte[] header, Random random)
    {
        List<byte> bytes = [.. header];
        for (int changes = random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 8), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return [.. bytes];
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
