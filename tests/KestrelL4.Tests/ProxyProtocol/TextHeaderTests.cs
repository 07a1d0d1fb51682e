using System.Net;
using System.Text;
using KestrelL4.ProxyProtocol;

namespace KestrelL4.Tests.ProxyProtocol;

public sealed class TextHeaderTests
{
    [Theory]
    [InlineData("TCP4 10.1.2.3 10.9.8.7 4660 443", "10.1.2.3:4660", "10.9.8.7:443")]
    [InlineData("TCP4 0.0.0.0 255.255.255.255 0 65535", "0.0.0.0:0", "255.255.255.255:65535")]
    [InlineData("TCP6 2001:db8::1 2001:DB8::2 1 2", "[2001:db8::1]:1", "[2001:db8::2]:2")]
    [InlineData("TCP6 0001:0002:0003:0004:0005:0006:0007:0008 :: 1 2", "[1:2:3:4:5:6:7:8]:1", "[::]:2")]
    [InlineData("TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535",
        "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535", "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535")]
    [InlineData("TCP6 ::ffff:10.1.2.3 ::ffff:a09:807 4660 443", "10.1.2.3:4660", "10.9.8.7:443")]
    [InlineData("UNKNOWN", null, null)]
    [InlineData("UNKNOWN ", null, null)]
    [InlineData("UNKNOWN whatever\rcomes\nhere\0", null, null)]
    [InlineData("UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535", null, null)]
    public void Read_GoodLine_GivesAddressesAndLength(string words, string? source, string? destination)
    {
        byte[] line = Encoding.ASCII.GetBytes($"PROXY {words}\r\n");

        Assert.Equal(ProxyHeaderVerdict.Complete, ProxyHeaderReader.Read([.. line, .. "\r\nmore"u8], out ProxyHeader header));

        Assert.Equal(new ProxyHeader(line.Length, Parse(source), Parse(destination)), header);
    }

    [Theory]
    [InlineData("")]
    [InlineData("TCP4")]
    [InlineData("UNKNOWNS")]
    [InlineData("unknown")]
    [InlineData("TCP5 1.1.1.1 2.2.2.2 1 2")]
    [InlineData("UDP4 1.1.1.1 2.2.2.2 1 2")]
    [InlineData("TCP4 1.1.1.1 2.2.2.2 1")]
    [InlineData("TCP4 1.1.1.1 2.2.2.2 1 2 ")]
    [InlineData("TCP4 1.1.1.1 2.2.2.2 1 2 3")]
    [InlineData("TCP4  1.1.1.1 2.2.2.2 1 2")]
    [InlineData("TCP4\t1.1.1.1 2.2.2.2 1 2")]
    [InlineData(" TCP4 1.1.1.1 2.2.2.2 1 2")]
    [InlineData("TCP4 1.1.1.1 2.2.2.2 1 2\r")]
    [InlineData("TCP4 1.1.1.1 2.2.2.2 1\n2")]
    [InlineData("TCP4 1.1.1.1 2.2.2.2 01 2")]
    [InlineData("TCP4 1.1.1.1 2.2.2.2 1 65536")]
    [InlineData("TCP4 1.1.1.1 2.2.2.2 1 -2")]
    [InlineData("TCP4 1.1.1.1 2.2.2.2 1 +2")]
    [InlineData("TCP4 1.1.1.1 2.2.2.2 1 0x2")]
    [InlineData("TCP4 1.1.1.1 2.2.2.2 1 99999999999")]
    [InlineData("TCP4 01.1.1.1 2.2.2.2 1 2")]
    [InlineData("TCP4 1.1.1 2.2.2.2 1 2")]
    [InlineData("TCP4 1.1.1.256 2.2.2.2 1 2")]
    [InlineData("TCP4 16843009 2.2.2.2 1 2")]
    [InlineData("TCP4 ::1 ::2 1 2")]
    [InlineData("TCP4 1.1.1.1 ::2 1 2")]
    [InlineData("TCP6 1.1.1.1 2.2.2.2 1 2")]
    [InlineData("TCP6 [::1] ::2 1 2")]
    [InlineData("TCP6 ::1%1 ::2 1 2")]
    [InlineData("TCP6 ::1/64 ::2 1 2")]
    [InlineData("TCP6 ::1::2 ::2 1 2")]
    [InlineData("TCP6 :::1 ::2 1 2")]
    [InlineData("TCP6 00001::1 ::2 1 2")]
    [InlineData("TCP6 1:2:3:4:5:6:7 ::2 1 2")]
    [InlineData("TCP6 1:2:3:4:5:6:7:8:9 ::2 1 2")]
    [InlineData("TCP6 ::ffff:010.1.2.3 ::2 1 2")]
    [InlineData("TCP6 ::ffff:10.1.3 ::2 1 2")]
    [InlineData("TCP6 10.1.2.3:: ::2 1 2")]
    [InlineData("TCP4 1.1.1.\u00e9 2.2.2.2 1 2")]
    public void Read_BadLine_IsInvalid(string words) =>
        Assert.Equal(ProxyHeaderVerdict.Invalid, ProxyHeaderReader.Read(Encoding.UTF8.GetBytes($"PROXY {words}\r\n"), out _));

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("PROXIED TCP4 1.1.1.1 2.2.2.2 1 2\r\n")]
    [InlineData("proxy TCP4 1.1.1.1 2.2.2.2 1 2\r\n")]
    [InlineData("PR-")]
    [InlineData("\u0016\u0003\u0001")]
    public void Read_AnotherProtocol_IsInvalidAtOnce(string bytes) =>
        Assert.Equal(ProxyHeaderVerdict.Invalid, ProxyHeaderReader.Read(Encoding.ASCII.GetBytes(bytes), out _));

    [Theory]
    [InlineData(106, ProxyHeaderVerdict.Incomplete)]
    [InlineData(107, ProxyHeaderVerdict.Invalid)]
    public void Read_NoEndOfLine_WaitsForAsManyBytesAsALineMayHave(int length, ProxyHeaderVerdict expected) =>
        Assert.Equal(expected, ProxyHeaderReader.Read(Encoding.ASCII.GetBytes("PROXY UNKNOWN ".PadRight(length, 'x')), out _));

    [Theory]
    [InlineData(107, ProxyHeaderVerdict.Complete)]
    [InlineData(108, ProxyHeaderVerdict.Invalid)]
    public void Read_LongLine_IsBounded(int length, ProxyHeaderVerdict expected) =>
        Assert.Equal(expected, ProxyHeaderReader.Read(Encoding.ASCII.GetBytes("PROXY UNKNOWN ".PadRight(length - 2, 'x') + "\r\n"), out _));

    private static IPEndPoint? Parse(string? text) => text is null ? null : IPEndPoint.Parse(text);
}
