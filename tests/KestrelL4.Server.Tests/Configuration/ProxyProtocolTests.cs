using System.Net;
using KestrelL4.ProxyProtocol;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests.Configuration;

public sealed class ProxyProtocolTests : IDisposable
{
    private const string Section = "Applications:echo:ProxyProtocol:";

    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_NoSection_AcceptsFromNobodyAndSendsNone()
    {
        ProxyProtocolConfiguration protocol = Read();

        Assert.Empty(protocol.AcceptFrom);
        Assert.Equal(ProxyHeaderVersion.None, protocol.Send);
        Assert.Null(protocol.Proxies);
        Assert.False(protocol.IsProxy(IPEndPoint.Parse("127.0.0.1:1")));
        Assert.False(protocol.IsProxy(peer: null));
    }

    [Theory]
    [InlineData("None", ProxyHeaderVersion.None)]
    [InlineData("V1", ProxyHeaderVersion.V1)]
    [InlineData("v2", ProxyHeaderVersion.V2)]
    public void Read_Send_IsThatVersion(string text, ProxyHeaderVersion expected) => Assert.Equal(expected, Read($"Send={text}").Send);

    [Theory]
    [InlineData("V3")]
    [InlineData("2")]
    [InlineData("V1,V2")]
    public void Read_SendInAnotherForm_NamesTheForms(string text) =>
        Assert.Equal("write None, V1, V2", _folder.ReadWith($"{Section}Send={text}").OneError(Section + "Send").Allowed);

    [Theory]
    [InlineData("10.0.0.0/8", "10.255.0.1", "11.0.0.1")]
    [InlineData("10.1.2.3", "10.1.2.3", "10.1.2.4")]
    [InlineData("10.1.2.0/23", "10.1.3.255", "10.1.4.0")]
    [InlineData("10.1.2.3/32", "10.1.2.3", "10.1.2.2")]
    [InlineData("0.0.0.0/0", "203.0.113.9", "::1")]
    [InlineData("2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1")]
    [InlineData("::1", "::1", "127.0.0.1")]
    [InlineData("::/0", "2001:db8::1", "10.0.0.1")]
    public void Read_Network_HoldsItsAddresses(string text, string within, string without)
    {
        ProxyProtocolConfiguration protocol = Read($"AcceptFrom:0={text}");

        Assert.True(protocol.IsProxy(new IPEndPoint(IPAddress.Parse(within), 1)));
        Assert.False(protocol.IsProxy(new IPEndPoint(IPAddress.Parse(without), 1)));
        Assert.False(protocol.IsProxy(peer: null));
    }

    [Fact]
    public void Read_Unix_IsForUnixSocketsAlone()
    {
        ProxyProtocolConfiguration protocol = Read("AcceptFrom:0=unix");

        Assert.True(protocol.IsProxy(peer: null));
        Assert.False(protocol.IsProxy(IPEndPoint.Parse("127.0.0.1:1")));
    }

    [Fact]
    public void Read_SeveralProxies_NamesAll() =>
        Assert.Equal("10.0.0.0/8 or ::1/128 or a unix socket", Read("AcceptFrom:0=unix", "AcceptFrom:1=10.0.0.0/8", "AcceptFrom:2=::1").Proxies);

    [Theory]
    [InlineData("10.1.2.3/8", "write 10.0.0.0/8, or 10.1.2.3 alone")]
    [InlineData("2001:db8::1/32", "write 2001:db8::/32, or 2001:db8::1 alone")]
    [InlineData("10.0.0.0/33", "write a prefix from 0 to 32")]
    [InlineData("::/129", "write a prefix from 0 to 128")]
    [InlineData("10.0.0.0/", "write a prefix from 0 to 32")]
    [InlineData("10.0.0.0/+8", "write a prefix from 0 to 32")]
    [InlineData("::ffff:10.0.0.0/104", "write 10.0.0.0/8")]
    [InlineData("::ffff:10.1.2.3", "write 10.1.2.3/32")]
    public void Read_NetworkThatIsNone_NamesTheRightOne(string text, string allowed) =>
        Assert.Equal(allowed, _folder.ReadWith($"{Section}AcceptFrom:0={text}").OneError(Section + "AcceptFrom:0").Allowed);

    [Theory]
    [InlineData("10.0.0.0/255.0.0.0")]
    [InlineData("10/8")]
    [InlineData("010.0.0.0/8")]
    [InlineData("[::1]")]
    [InlineData("fe80::1%1")]
    [InlineData("localhost")]
    [InlineData("*")]
    [InlineData("10.0.0.1:80")]
    [InlineData("Unix")]
    public void Read_AnotherForm_IsAnError(string text) =>
        _folder.ReadWith($"{Section}AcceptFrom:0={text}").OneError(Section + "AcceptFrom:0");

    [Fact]
    public void Read_UnknownKey_SuggestsTheNearest() =>
        Assert.Equal("did you mean 'AcceptFrom'?", _folder.ReadWith($"{Section}AcceptsFrom=1").OneError(Section + "AcceptsFrom").Allowed);

    private ProxyProtocolConfiguration Read(params string[] settings) =>
        _folder.ReadWith([.. settings.Select(static setting => Section + setting)]).Valid().Applications["echo"].ProxyProtocol;
}
