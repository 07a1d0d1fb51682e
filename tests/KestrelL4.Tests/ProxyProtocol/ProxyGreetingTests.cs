using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using KestrelL4.ProxyProtocol;
using KestrelL4.Testing.ProxyProtocol;

namespace KestrelL4.Tests.ProxyProtocol;

public sealed class ProxyGreetingTests
{
    private readonly Application _application = new("echo", []);

    [Theory]
    [InlineData("10.1.2.3:4660", "10.9.8.7:443", "PROXY TCP4 10.1.2.3 10.9.8.7 4660 443\r\n")]
    [InlineData("[2001:db8::1]:1", "[2001:db8::2]:2", "PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n")]
    [InlineData("[fe80::1%3]:1", "[fe80::2%3]:2", "PROXY TCP6 fe80::1 fe80::2 1 2\r\n")]
    [InlineData("10.1.2.3:4660", "[::ffff:10.9.8.7]:443", "PROXY TCP4 10.1.2.3 10.9.8.7 4660 443\r\n")]
    [InlineData("10.1.2.3:4660", "[2001:db8::2]:2", "PROXY UNKNOWN\r\n")]
    [InlineData("10.1.2.3:4660", null, "PROXY UNKNOWN\r\n")]
    [InlineData(null, "10.9.8.7:443", "PROXY UNKNOWN\r\n")]
    public void Of_Version1_IsOneLine(string? source, string? destination, string expected) =>
        Assert.Equal(expected, Encoding.ASCII.GetString(Greet(ProxyHeaderVersion.V1, source, destination)));

    // Computed by another implementation of the checksum.
    [Theory]
    [InlineData("10.1.2.3:4660", "10.9.8.7:443", "211100130A0102030A090807123401BB030004AE9288FF")]
    [InlineData("[2001:db8::1]:4660", "[2001:db8::2]:443",
        "2121002B20010DB800000000000000000000000120010DB8000000000000000000000002123401BB030004435C3E49")]
    [InlineData("10.1.2.3:4660", "[2001:db8::2]:2", "210000070300043EC9894E")]
    [InlineData(null, null, "210000070300043EC9894E")]
    public void Of_Version2WithoutAClient_IsAddressesAndChecksum(string? source, string? destination, string expected) =>
        Assert.Equal("0D0A0D0A000D0A515549540A" + expected, Convert.ToHexString(Greet(ProxyHeaderVersion.V2, source, destination)));

    [Fact]
    public void Of_Version2OfAClient_TellsWhoItIs()
    {
        using X509Certificate2 certificate = Certificate(new X500DistinguishedName("O=Example, CN=Älice, OU=Sales"));
        using ProxiedConnection connection = Open("10.1.2.3:4660", "10.9.8.7:443");
        connection.Client = Trusted.Client("alice", "echo");
        connection.Certificate = Trusted.Certificate("5F:3A:01");

        ReceivedHeader header = ReceivedHeader.Read(ProxyGreeting.Of(
            ProxyHeaderVersion.V2, connection, new TlsSession("TLSv1.3", "TLS_AES_256_GCM_SHA384", certificate)).ToArray());

        Assert.Equal(("10.1.2.3:4660", "10.9.8.7:443"), (header.Source!.ToString(), header.Destination!.ToString()));
        Assert.Equal(("alice", "5F3A01"), (header.Text(0xE0), header.Text(0xE1)));
        Assert.Equal([7, 0, 0, 0, 0], header.Facts[0x20][..5]);
        Assert.Equal(("TLSv1.3", "Älice", "TLS_AES_256_GCM_SHA384"), (header.Tls[0x21], header.Tls[0x22], header.Tls[0x23]));
        Assert.Equal([(byte)0x20, (byte)0xE0, (byte)0xE1, (byte)0x03], header.Facts.Keys);
        Assert.Empty(header.Rest);
    }

    [Fact]
    public void Of_TlsWithoutACertificate_SaysThatNoneWasVerified()
    {
        using ProxiedConnection connection = Open("10.1.2.3:4660", "10.9.8.7:443");

        ReceivedHeader header = ReceivedHeader.Read(ProxyGreeting.Of(
            ProxyHeaderVersion.V2, connection, new TlsSession("TLSv1.3", "TLS_AES_128_GCM_SHA256", null)).ToArray());

        Assert.Equal([1, 0, 0, 0, 1], header.Facts[0x20][..5]);
        Assert.Equal([(byte)0x21, (byte)0x23], header.Tls.Keys);
    }

    [Theory]
    [InlineData("O=Example", null)]
    [InlineData("CN=first, CN=second", "second")]
    public void Of_Certificate_TellsTheFirstCommonNameAsItIsEncoded(string subject, string? expected)
    {
        using X509Certificate2 certificate = Certificate(new X500DistinguishedName(subject));

        Assert.Equal(expected, CommonName.Of(certificate));
    }

    // As utf8String, printableString and bmpString; bitString and universalString, which .NET does not read.
    [Theory]
    [InlineData("0C02C3A9", "é")]
    [InlineData("130161", "a")]
    [InlineData("1E0200E9", "é")]
    [InlineData("03020061", null)]
    [InlineData("1C0400000061", null)]
    public void Of_CertificateWithTwoNamesInOneSet_TellsTheCommonNameIfItIsText(string value, string? expected)
    {
        byte[] organization = Tagged(0x30, [0x06, 0x03, 0x55, 0x04, 0x0A, .. Convert.FromHexString("130162")]);
        byte[] commonName = Tagged(0x30, [0x06, 0x03, 0x55, 0x04, 0x03, .. Convert.FromHexString(value)]);
        byte[] set = Tagged(0x31, [.. organization, .. commonName]);
        using X509Certificate2 certificate = Certificate(new X500DistinguishedName(Tagged(0x30, set)));

        Assert.Equal(expected, CommonName.Of(certificate));
    }

    [Fact]
    public void Of_VeryLongCommonName_IsLeftOut()
    {
        using X509Certificate2 certificate = Certificate(new X500DistinguishedName("CN=" + new string('x', 300)));
        using ProxiedConnection connection = Open(null, null);

        ReceivedHeader header = ReceivedHeader.Read(ProxyGreeting.Of(
            ProxyHeaderVersion.V2, connection, new TlsSession("TLSv1.3", "TLS_AES_128_GCM_SHA256", certificate)).ToArray());

        Assert.Equal([(byte)0x21, (byte)0x23], header.Tls.Keys);
    }

    [Theory]
    [InlineData(ProxyHeaderVersion.V1, "50524F585920554E4B4E4F574E0D0A")]
    [InlineData(ProxyHeaderVersion.V2, "0D0A0D0A000D0A515549540A20000000")]
    [InlineData(ProxyHeaderVersion.None, "")]
    public void Local_AnyVersion_NamesNobody(ProxyHeaderVersion version, string expected) =>
        Assert.Equal(expected, Convert.ToHexString(ProxyGreeting.Local(version).Span));

    [Fact]
    public void Of_NoVersion_IsEmpty() => Assert.Empty(Greet(ProxyHeaderVersion.None, "10.1.2.3:4660", "10.9.8.7:443"));

    [Fact]
    public void Of_RandomAddresses_AreReadBackByTheReader()
    {
        Random random = new(1);
        for (int run = 0; run < 2_000; run++)
        {
            byte[] from = new byte[run % 2 == 0 ? 4 : 16];
            byte[] to = new byte[from.Length];
            random.NextBytes(from);
            random.NextBytes(to);
            using ProxiedConnection connection = Open(null, null);
            connection.Peer = new IPEndPoint(new IPAddress(from), random.Next(65_536));
            connection.Destination = new IPEndPoint(new IPAddress(to), random.Next(65_536));
            foreach (ProxyHeaderVersion version in (ProxyHeaderVersion[])[ProxyHeaderVersion.V1, ProxyHeaderVersion.V2])
            {
                ReadOnlyMemory<byte> greeting = ProxyGreeting.Of(version, connection, null);

                Assert.Equal(ProxyHeaderVerdict.Complete, ProxyHeaderReader.Read(greeting.Span, out ProxyHeader header));
                Assert.Equal(new ProxyHeader(greeting.Length, (IPEndPoint)connection.Peer, (IPEndPoint)connection.Destination), header);
            }
        }
    }

    private byte[] Greet(ProxyHeaderVersion version, string? source, string? destination)
    {
        using ProxiedConnection connection = Open(source, destination);
        return ProxyGreeting.Of(version, connection, null).ToArray();
    }

    private ProxiedConnection Open(string? source, string? destination)
    {
        ProxiedConnection connection = _application.Open(ConnectionIds.Next(), source is null ? null : IPEndPoint.Parse(source));
        connection.Destination = destination is null ? null : IPEndPoint.Parse(destination);
        return connection;
    }

    private static X509Certificate2 Certificate(X500DistinguishedName subject)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
    }

    private static byte[] Tagged(byte tag, byte[] content) => [tag, (byte)content.Length, .. content];
}
