using System.Net;
using System.Security.Authentication;
using KestrelL4.Protocol;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests.Agent.Contact;

/// <summary>Who is taken for the authority, and how each stranger is told.</summary>
public sealed class ServerTrustTests : ContactSetUp
{
    [Fact]
    public async Task Certificate_OfAnotherRoot_IsToldAndAskedNothing()
    {
        HttpsServer server = await ServeAsync(issuer: TestAuthority.CreateRoot("somebody else"));

        ContactFailure failure = await FailAsync(Connect(server.Url).JoinAsync("the-token", "csr", default));

        Assert.Equal(ContactFault.Misconfigured, failure.Fault);
        Assert.Contains("has not signed, issued by 'CN=somebody else'", failure.Sentence, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    // A node's certificate may serve, under the node's own name, and leads to the same root.
    [Fact]
    public async Task Certificate_OfANodeOfTheFleet_IsNotTheAuthoritys()
    {
        HttpsServer server = await ServeAsync(issuer: Root.CreateIntermediate("nodes"));

        ContactFailure failure = await FailAsync(Connect(server.Url).PingAsync([], default));

        Assert.Contains("has not signed, issued by 'CN=nodes'", failure.Sentence, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Certificate_ForAnotherHost_IsToldWithTheNamesThatItHas()
    {
        HttpsServer server = await ServeAsync(subject: new TestSubject("localhost") { Usage = KeyUsage.Server, Hosts = ["authority.test", "10.1.2.3"] });

        ContactFailure failure = await FailAsync(Connect(server.Url).PingAsync([], default));

        Assert.Equal(ContactFault.Misconfigured, failure.Fault);
        Assert.Contains("a certificate for authority.test, 10.1.2.3 alone", failure.Sentence, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Certificate_NamingTheAddress_IsTakenWhereTheAddressIsAsked()
    {
        HttpsServer server = await ServeAsync();

        await GetAsync(Connect(new Uri($"https://127.0.0.1:{server.EndPoint.Port}")).PingAsync([], default));
    }

    [Fact]
    public async Task Certificate_OutOfDate_IsToldWithTheDateAndTheClock()
    {
        DateTimeOffset now = Time.GetUtcNow();
        HttpsServer expired = await ServeAsync(subject: TestSubject.Server() with { NotAfter = now.AddMinutes(-5) });
        HttpsServer early = await ServeAsync(subject: TestSubject.Server() with { NotBefore = now.AddMinutes(5) });

        string since = (await FailAsync(Connect(expired.Url).PingAsync([], default))).Sentence;
        string from = (await FailAsync(Connect(early.Url).PingAsync([], default))).Sentence;

        Assert.Contains($"expired at {now.AddMinutes(-5):yyyy-MM-dd HH:mm}", since, StringComparison.Ordinal);
        Assert.Contains("compare the clocks", since, StringComparison.Ordinal);
        Assert.Contains($"valid from {now.AddMinutes(5):yyyy-MM-dd HH:mm}", from, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_NotForServers_IsRefused()
    {
        HttpsServer server = await ServeAsync(subject: TestSubject.Server() with { Usage = KeyUsage.Client });

        Assert.Contains("not meant for servers", (await FailAsync(Connect(server.Url).PingAsync([], default))).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_OfTls12Alone_IsToldApart()
    {
        await using HttpsServer server = await HttpsServer.StartAsync(Root.Issue(TestSubject.Server()).Certificate, AnswerAsync, SslProtocols.Tls12);

        ContactFailure failure = await FailAsync(Connect(server.Url).PingAsync([], default));

        Assert.Equal(ContactFault.Misconfigured, failure.Fault);
        Assert.Contains("speaks no TLS 1.3", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pin_Right_FetchesTheRootOnceAndShowsNothingMeanwhile()
    {
        HttpsServer server = await ServeAsync();
        AuthorityClient client = Connect(ConfigurePin(server.Url));
        client.Identity = Identity();

        await GetAsync(client.JoinAsync("the-token", "csr", default));
        Assert.Equal(RootCertificate.RawData, (await GetAsync(client.FindRootAsync(default))).RawData);

        Assert.Equal([AuthorityRoutes.Ca, AuthorityRoutes.Identity], server.Requests.Select(static request => request.Target));
        Assert.Null(server.Requests[0].ClientThumbprint);
        Assert.Equal(["Host"], server.Requests[0].Headers.Keys);
        Assert.NotEqual(server.Requests[0].ConnectionId, server.Requests[1].ConnectionId);
    }

    [Fact]
    public async Task Pin_OfAnotherRoot_IsToldWithBothPinsAndTheTokenStays()
    {
        CaPin wrong = CaPin.Of(TestAuthority.CreateRoot().Chain().Single());
        HttpsServer server = await ServeAsync();

        ContactFailure failure = await FailAsync(Connect(ConfigurePin(server.Url) with { CaPin = wrong }).JoinAsync("the-token", "csr", default));

        Assert.Equal(ContactFault.Misconfigured, failure.Fault);
        Assert.Contains($"the pin {CaPin.Of(RootCertificate)}, and CaPin is {wrong}", failure.Sentence, StringComparison.Ordinal);
        Assert.Equal(AuthorityRoutes.Ca, Assert.Single(server.Requests).Target);
    }

    // Anybody can give the right root: it is public.
    [Fact]
    public async Task Pin_RootGivenByAStranger_IsRefused()
    {
        HttpsServer server = await ServeAsync(issuer: TestAuthority.CreateRoot("somebody else"));

        ContactFailure failure = await FailAsync(Connect(ConfigurePin(server.Url)).JoinAsync("the-token", "csr", default));

        Assert.Contains("has not signed, issued by 'CN=somebody else'", failure.Sentence, StringComparison.Ordinal);
        Assert.Equal(AuthorityRoutes.Ca, Assert.Single(server.Requests).Target);
    }

    [Fact]
    public async Task Pin_RefusedByAStranger_IsNoRefusalOfTheAuthority()
    {
        HttpsServer stranger = await ServeAsync(
            context =>
            {
                context.Response.Headers.RetryAfter = "300";
                return RefuseAsync(context, HttpStatusCode.Forbidden, RefusalReason.NodeRevoked, new string('x', 10_000));
            },
            TestAuthority.CreateRoot("somebody else"));

        ContactFailure failure = await FailAsync(Connect(ConfigurePin(stranger.Url)).FindRootAsync(default));

        Assert.Equal((ContactFault.Misconfigured, null, null), (failure.Fault, failure.Reason, failure.RetryAfter));
        Assert.InRange(failure.Sentence.Length, 1, 500);
    }

    [Fact]
    public async Task KnownRoot_IsUsedOnlyWhenItMatchesThePin()
    {
        HttpsServer server = await ServeAsync();
        AuthorityClient client = Connect(ConfigurePin(server.Url));

        client.KnownRoot = TestAuthority.CreateRoot().Chain().Single();
        Assert.Null(client.KnownRoot);
        client.KnownRoot = RootCertificate;

        await GetAsync(client.PingAsync([], default));
        Assert.Equal(AuthorityRoutes.Ping, Assert.Single(server.Requests).Target);
    }

    [Fact]
    public async Task CaFile_Unusable_IsToldWithItsPath()
    {
        HttpsServer server = await ServeAsync();
        string[] sentences =
        [
            await TellAsync(server, Directory["none.crt"]),
            await TellAsync(server, Directory.Write("text.crt", "hello")),
            await TellAsync(server, Directory.Path),
            await TellAsync(server, Directory.Write("leaf.crt", Identity().ExportCertificatePem())),
            await TellAsync(server, Root.CreateIntermediate("nodes").WriteTo(Directory.Path, "two.crt")),
        ];

        string[] problems = ["does not exist", "holds no PEM certificate", "is no regular file", "is no self-signed CA", "holds 2 certificates"];
        Assert.All(sentences.Zip(problems), static pair => Assert.Contains(pair.Second, pair.First, StringComparison.Ordinal));
        Assert.Empty(server.Requests);
    }

    private async Task<string> TellAsync(HttpsServer server, string ca)
    {
        ContactFailure failure = await FailAsync(Connect(Configure(server.Url) with { Ca = ca }).PingAsync([], default));
        Assert.Equal(ContactFault.Misconfigured, failure.Fault);
        Assert.Contains($"'{ca}'", failure.Sentence, StringComparison.Ordinal);
        return failure.Sentence;
    }
}
