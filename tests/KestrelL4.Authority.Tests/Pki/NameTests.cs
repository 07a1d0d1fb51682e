using KestrelL4.Authority.Pki;

namespace KestrelL4.Authority.Tests.Pki;

public sealed class NameTests
{
    [Theory]
    [InlineData("alice")]
    [InlineData("a")]
    [InlineData("@alice")]
    [InlineData("Alice.B_c@example.com-2")]
    [InlineData("server.example")]
    public void ClientName_AllowedText_IsKeptAsWritten(string text)
    {
        Assert.True(ClientName.TryParse(text, out ClientName? name));
        Assert.Equal(text, name.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("ca")]
    [InlineData("CA")]
    [InlineData("Server")]
    [InlineData("-x")]
    [InlineData("a/b")]
    [InlineData("a b")]
    [InlineData("*")]
    [InlineData("ä")]
    [InlineData("a\n")]
    public void ClientName_ForbiddenText_IsRefused(string text) => Assert.False(ClientName.TryParse(text, out _));

    [Fact]
    public void ClientName_Length_IsAtMost128()
    {
        Assert.True(ClientName.TryParse(new string('n', 128), out _));
        Assert.False(ClientName.TryParse(new string('n', 129), out _));
    }

    [Theory]
    [InlineData("db.example.com", "db.example.com")]
    [InlineData("DB", "db")]
    [InlineData("*.example.com", "*.example.com")]
    [InlineData("_x.example", "_x.example")]
    public void HostName_DnsName_IsLowerCase(string text, string expected)
    {
        Assert.True(HostName.TryParse(text, out HostName? host));
        Assert.Equal(expected, host.Text);
        Assert.Null(host.Address);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("2001:DB8:0::1", "2001:db8::1")]
    public void HostName_Address_IsAnAddress(string text, string expected)
    {
        Assert.True(HostName.TryParse(text, out HostName? host));
        Assert.Equal(expected, host.Address?.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4:5")]
    [InlineData("01.2.3.4")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData("fe80::1%eth0")]
    [InlineData("db.example.com:5432")]
    [InlineData("*")]
    [InlineData("*.com")]
    [InlineData("a.*.com")]
    [InlineData("a..b")]
    [InlineData("-a.b")]
    [InlineData("bücher.example")]
    public void HostName_AnythingElse_IsRefused(string text) => Assert.False(HostName.TryParse(text, out _));

    [Theory]
    [InlineData("5f:3a:01", "5F3A01")]
    [InlineData("0x005F3A01", "5F3A01")]
    [InlineData(" ABC ", "0ABC")]
    [InlineData("00FF", "FF")]
    public void SerialNumber_AnyForm_ReadsAsOpensslPrintsIt(string text, string expected)
    {
        Assert.True(SerialNumber.TryParse(text, out SerialNumber? serialNumber));
        Assert.Equal(expected, serialNumber.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0x")]
    [InlineData("-1")]
    [InlineData("main:5F3A01")]
    [InlineData("11111111111111111111111111111111111111111")]
    public void SerialNumber_NotOne_IsRefused(string text) => Assert.False(SerialNumber.TryParse(text, out _));

    [Fact]
    public void SerialNumber_FirstBitSet_IsStillPositive()
    {
        Assert.True(SerialNumber.TryParse("80AB", out SerialNumber? serialNumber));
        Assert.Equal([0x00, 0x80, 0xAB], serialNumber.ToOctets());
    }

    [Fact]
    public void SerialNumber_Random_IsSixteenPositiveOctets()
    {
        SerialNumber[] drawn = [.. Enumerable.Range(0, 200).Select(_ => SerialNumber.Random())];

        Assert.All(drawn, static one => Assert.Equal(16, one.ToOctets().Length));
        Assert.Equal(drawn.Length, drawn.Distinct().Count());
    }
}
