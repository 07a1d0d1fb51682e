using System.Text;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;
using KestrelL4.Testing;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests.Agent.Contact;

/// <summary>The ways by a proxy, the choice between them and the direct one, and what is remembered of it.</summary>
public sealed class PathwayTests : ContactSetUp
{
    // The proxies lead there alone, whatever name they are asked for.
    private const string Host = "authority.invalid";
    private const string Secret = "s3cret:p@ss";

    private static readonly Uri Behind = new($"https://{Host}:7443");

    [Fact]
    public async Task HttpProxy_WithUser_LeadsThereByName()
    {
        HttpsServer server = await ServeBehindAsync();
        await using ConnectProxy proxy = new(server.EndPoint) { Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"edge:{Secret}")) };
        AuthorityClient client = Connect(ByVia($"http://edge:{Uri.EscapeDataString(Secret)}@{proxy.EndPoint}"));
        client.Identity = Identity();

        await GetAsync(client.PingAsync([], default));
        await using EventStream events = await GetAsync(client.OpenEventsAsync(null, default));

        Assert.Equal(Version, (await GetAsync(events.ReadAsync(default))).Version);
        Assert.All(proxy.Requests, static head => Assert.StartsWith($"CONNECT {Host}:7443 HTTP/1.1\r\n", head, StringComparison.Ordinal));
        Assert.Equal(client.Identity.Thumbprint, server.Requests[0].ClientThumbprint);
    }

    [Theory]
    [InlineData("403 Forbidden", ContactFault.Misconfigured, "refuses to lead there (status 403)")]
    [InlineData("502 Bad Gateway", ContactFault.Away, "did not get there (status 502)")]
    [InlineData("407 Proxy Authentication Required", ContactFault.Misconfigured, "wants another user name and password")]
    public async Task HttpProxy_ThatDoesNotLeadThere_IsTold(string refusal, object fault, string sentence)
    {
        HttpsServer server = await ServeBehindAsync();
        await using ConnectProxy proxy = new(server.EndPoint) { Refusal = refusal };

        ContactFailure failure = await FailAsync(Connect(ByVia($"http://edge:{Uri.EscapeDataString(Secret)}@{proxy.EndPoint}")).PingAsync([], default));

        Assert.Equal(fault, failure.Fault);
        Assert.StartsWith($"https://{Host}:7443 by way of http://{proxy.EndPoint} is not reached: the proxy {sentence}", failure.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("edge", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SocksProxy_WithUser_LeadsThereByName()
    {
        HttpsServer server = await ServeBehindAsync();
        await using SocksProxy proxy = new(server.EndPoint) { User = $"edge:{Secret}" };

        await GetAsync(Connect(ByVia($"socks5://edge:{Uri.EscapeDataString(Secret)}@{proxy.EndPoint}")).PingAsync([], default));

        Assert.Equal([Host], proxy.Targets);
    }

    [Theory]
    [InlineData(2, "edge:another", ContactFault.Misconfigured, "rules do not allow it")]
    [InlineData(5, "edge:another", ContactFault.Away, "did not get there (SOCKS server failed to connect")]
    [InlineData(0, "edge:wrong", ContactFault.Misconfigured, "wants another user name and password")]
    public async Task SocksProxy_ThatDoesNotLeadThere_IsTold(byte reply, string user, object fault, string sentence)
    {
        HttpsServer server = await ServeBehindAsync();
        await using SocksProxy proxy = new(server.EndPoint) { User = "edge:another", Reply = reply };

        ContactFailure failure = await FailAsync(Connect(ByVia($"socks5://{user}@{proxy.EndPoint}")).PingAsync([], default));

        Assert.Equal(fault, failure.Fault);
        Assert.Contains(sentence, failure.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("another@", failure.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("socks5")]
    public async Task Proxy_ThatIsDownOrNone_IsTold(string scheme)
    {
        using RefusingPort port = new();
        HttpsServer server = await ServeBehindAsync();

        ContactFailure down = await FailAsync(Connect(ByVia($"{scheme}://{port.EndPoint}")).PingAsync([], default));
        ContactFailure none = await FailAsync(Connect(ByVia($"{scheme}://{server.EndPoint}")).PingAsync([], default));

        Assert.Equal(ContactFault.Away, down.Fault);
        Assert.Contains("is not reached: the proxy refuses connections", down.Sentence, StringComparison.Ordinal);
        Assert.Contains($"by way of {scheme}://{server.EndPoint} ", none.Sentence, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Auto_DirectWayDead_GoesByViaAndAnotherProcessBeginsThere()
    {
        HttpsServer server = await ServeAsync(subject: TestSubject.Server() with { Hosts = ["127.0.0.1"] });
        using ManualServer dead = new();
        await using ConnectProxy proxy = new(server.EndPoint);
        AuthorityConfiguration auto = Configure(new Uri($"https://{dead.EndPoint}")) with { Via = new Uri($"http://{proxy.EndPoint}") };
        Task<Contact<Protocol.Pong>> first = Connect(auto).PingAsync([], default);
        (await dead.AcceptAsync()).Close();
        await GetAsync(first);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Directory[PathwayMemory.FileName]));
        Assert.Equal(["kestrell4-pathway 1", "hash", "Via"], File.ReadAllLines(Directory[PathwayMemory.FileName]));

        // Nobody closes this one, so the direct way would take five seconds.
        await Eventually.WithinAsync(GetAsync(Connect(auto).PingAsync([], default)), "the way that worked is gone first", TimeSpan.FromSeconds(4));
    }

    [Theory]
    [InlineData("kestrell4-pathway 1\nhash\nVia\n", Pathway.Via)]
    [InlineData("kestrell4-pathway 1\nhash\nDirect\n", Pathway.Direct)]
    [InlineData("kestrell4-pathway 1\nanother hash\nVia\n", null)]
    [InlineData("kestrell4-pathway 1\nhash\nAuto\n", null)]
    [InlineData("kestrell4-pathway 1\nhash\nVi", null)]
    [InlineData("kestrell4-pathway 1\nhash\n7\n", null)]
    [InlineData("", null)]
    public void Memory_WhatIsRead_IsOfTheSameSectionOrNothing(string content, object? pathway)
    {
        Directory.Write(PathwayMemory.FileName, content);
        AuthorityConfiguration auto = ByVia("http://127.0.0.1:1") with { Pathway = Pathway.Auto };

        PathwayMemory memory = new(auto, "hash", Directory.Path, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        Assert.Equal((Pathway?)pathway, memory.Pathway);
    }

    [Fact]
    public void Memory_BeforeAnythingElseIsKept_IsKeptForTheOwnerAlone()
    {
        AuthorityConfiguration auto = ByVia("http://127.0.0.1:1") with { Pathway = Pathway.Auto };
        PathwayMemory New() => new(auto, "hash", Directory["authority"], Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        New().Note(Pathway.Via);

        Assert.Equal(Pathway.Via, New().Pathway);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(Directory["authority"]));
    }

    private AuthorityConfiguration ByVia(string via) => Configure(Behind) with { Via = new Uri(via), Pathway = Pathway.Via };

    private Task<HttpsServer> ServeBehindAsync() => ServeAsync(subject: TestSubject.Server() with { Hosts = [Host] });
}
