using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Tests.Configuration;

public sealed class AddressTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1.2.3.4:80")]
    [InlineData("[::1]:443")]
    [InlineData("[::]:0")]
    public void Read_ListenAtAnAddress_IsThatEndPoint(string text)
    {
        Assert.Equal(IPEndPoint.Parse(text), Assert.Single(Listen(text).EndPoints));
    }

    [Fact]
    public void Read_ListenAtLocalhost_IsBothLoopbacks()
    {
        ListenAddress address = Listen("localhost:8080");

        Assert.True(address.IsLocalhost);
        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 8080), new IPEndPoint(IPAddress.IPv6Loopback, 8080)], address.EndPoints);
    }

    [Theory]
    [InlineData("unix:/run/echo.sock", "/run/echo.sock")]
    [InlineData("unix:echo.sock", null)]
    public void Read_ListenAtASocket_IsItsAbsolutePath(string text, string? path)
    {
        Assert.Equal(path ?? _folder.PathOf("echo.sock"), Listen(text).SocketPath);
    }

    [Theory]
    [InlineData(107, 0)]
    [InlineData(108, 1)]
    public void Read_LongSocketPath_IsBounded(int bytes, int errors)
    {
        Assert.Equal(errors, _folder.ReadWith($"Applications:echo:Listen=unix:/{new string('s', bytes - 1)}").Errors.Count);
    }

    [Theory]
    [InlineData("9443")]
    [InlineData(":9443")]
    [InlineData("*:9443")]
    [InlineData("example.com:9443")]
    [InlineData("localhost:0")]
    [InlineData("localhost")]
    [InlineData("1.2.3.4:65536")]
    [InlineData("1.2.3.4:+80")]
    [InlineData("1.2.3.4:")]
    [InlineData("1.2.3:80")]
    [InlineData("01.2.3.4:80")]
    [InlineData("::1:80")]
    [InlineData("[1.2.3.4]:80")]
    [InlineData("[::1]")]
    [InlineData("unix:")]
    [InlineData("systemd:")]
    [InlineData("systemd:a:b")]
    [InlineData("systemd:größe")]
    [InlineData("systemd:a\tb")]
    [InlineData("tcp://1.2.3.4:80")]
    public void Read_ListenInAnotherForm_IsAnError(string text)
    {
        _folder.ReadWith($"Applications:echo:Listen={text}").OneError("Applications:echo:Listen");
    }

    [Theory]
    [InlineData("systemd:echo", "echo")]
    [InlineData("systemd:kestrell4.socket", "kestrell4.socket")]
    public void Read_ListenAtAPassedSocket_IsItsName(string text, string name)
    {
        NodeConfiguration configuration = _folder.ReadWith($"Applications:echo:Listen={text}").Valid();

        Assert.Equal(name, configuration.Applications["echo"].Listen.PassedName);
    }

    [Fact]
    public void Read_PassedSocketsOfDifferentCase_AreTwo() => ReadTwo("systemd:echo", "systemd:Echo").Valid();

    [Theory]
    [InlineData("127.0.0.1:9443", "127.0.0.1:9443")]
    [InlineData("127.0.0.1:9443", "localhost:9443")]
    [InlineData("[::1]:9443", "localhost:9443")]
    [InlineData("0.0.0.0:9443", "127.0.0.1:9443")]
    [InlineData("127.0.0.1:9443", "0.0.0.0:9443")]
    [InlineData("[::]:9443", "127.0.0.1:9443")]
    [InlineData("127.0.0.1:9443", "[::]:9443")]
    [InlineData("[::]:9443", "[::1]:9443")]
    [InlineData("[::ffff:127.0.0.1]:9443", "127.0.0.1:9443")]
    [InlineData("unix:/run/a.sock", "unix:/run/../run/a.sock")]
    [InlineData("systemd:echo", "systemd:echo")]
    public void Read_TwoApplicationsAtOneAddress_NamesBoth(string first, string second)
    {
        ConfigurationError error = ReadTwo(first, second).OneError("Applications:second:Listen");

        Assert.Contains("KestrelL4:Applications:echo:Listen", error.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:0", "127.0.0.1:0")]
    [InlineData("127.0.0.1:9443", "127.0.0.1:9444")]
    [InlineData("127.0.0.1:9443", "127.0.0.2:9443")]
    [InlineData("0.0.0.0:9443", "[::1]:9443")]
    [InlineData("unix:/run/a.sock", "unix:/run/b.sock")]
    public void Read_TwoApplicationsAtTheirOwnAddresses_IsValid(string first, string second)
    {
        ReadTwo(first, second).Valid();
    }

    [Fact]
    public void Read_ApplicationAtTheAddressOfAdmin_NamesBoth()
    {
        ConfigurationError error = _folder.ReadWith("Applications:echo:Listen=127.0.0.1:9780").OneError("Applications:echo:Listen");

        Assert.Contains("KestrelL4:Admin:Listen", error.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.2.3.4:80", AddressFamily.InterNetwork)]
    [InlineData("[::1]:80", AddressFamily.InterNetworkV6)]
    public void Read_UpstreamAtAnAddress_IsAnEndPoint(string text, AddressFamily family)
    {
        var endPoint = Assert.IsType<IPEndPoint>(Upstream(text));

        Assert.Equal((family, 80), (endPoint.AddressFamily, endPoint.Port));
    }

    [Theory]
    [InlineData("db.internal")]
    [InlineData("localhost")]
    [InlineData("my_db")]
    [InlineData("db.internal.")]
    [InlineData("1db")]
    public void Read_UpstreamByName_IsResolvedLater(string host)
    {
        Assert.Equal(new DnsEndPoint(host, 5432), Upstream($"{host}:5432"));
    }

    [Theory]
    [InlineData("unix:/run/db.sock", "/run/db.sock")]
    [InlineData("unix:db.sock", null)]
    public void Read_UpstreamAtASocket_IsItsAbsolutePath(string text, string? path)
    {
        Assert.Equal(new UnixDomainSocketEndPoint(path ?? _folder.PathOf("db.sock")), Upstream(text));
    }

    [Theory]
    [InlineData(107, 0)]
    [InlineData(108, 1)]
    public void Read_UpstreamAtALongSocketPath_IsBounded(int bytes, int errors)
    {
        Assert.Equal(errors, _folder.ReadWith($"Applications:echo:Upstreams:one:Address=unix:/{new string('s', bytes - 1)}").Errors.Count);
    }

    [Theory]
    [InlineData("db.internal")]
    [InlineData("db.internal:0")]
    [InlineData("db.internal:65536")]
    [InlineData("-db:80")]
    [InlineData("db-:80")]
    [InlineData("d b:80")]
    [InlineData("a..b:80")]
    [InlineData("1.2.3.256:80")]
    [InlineData("127.1:80")]
    [InlineData("0x7f000001.1:80")]
    [InlineData("::1:80")]
    [InlineData("unix:")]
    [InlineData("tcp://db:80")]
    [InlineData("db:80/path")]
    public void Read_UpstreamInAnotherForm_IsAnError(string text)
    {
        _folder.ReadWith($"Applications:echo:Upstreams:one:Address={text}").OneError("Applications:echo:Upstreams:one:Address");
    }

    [Fact]
    public void Read_TwoUpstreamsAtOneAddress_IsValid()
    {
        _folder.ReadWith("Applications:echo:Upstreams:two:Address=127.0.0.1:9001").Valid();
    }

    private ListenAddress Listen(string text) =>
        _folder.ReadWith($"Applications:echo:Listen={text}").Valid().Applications["echo"].Listen;

    private EndPoint Upstream(string text) =>
        _folder.ReadWith($"Applications:echo:Upstreams:one:Address={text}").Valid().Applications["echo"].Upstreams["one"].Address;

    private ConfigurationReading ReadTwo(string first, string second) => _folder.ReadWith(
        $"Applications:echo:Listen={first}",
        $"Applications:second:Listen={second}",
        "Applications:second:Upstreams:one:Address=127.0.0.1:9001");
}
