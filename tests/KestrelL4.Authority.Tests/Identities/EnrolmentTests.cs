using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Administration;
using KestrelL4.Authority.Identities;
using KestrelL4.Protocol;
using KestrelL4.Testing;

namespace KestrelL4.Authority.Tests.Identities;

public sealed class EnrolmentTests : IDisposable
{
    private const string Administrator = "uid 0";

    private readonly AuthorityFixture _authority = new();
    private readonly NodeAdministration _nodes;
    private readonly Enrolment _enrolment;

    public EnrolmentTests()
    {
        _nodes = new NodeAdministration(_authority.Store, _authority.Time);
        _enrolment = new Enrolment(_authority.Store, _authority.Issuers, _authority.Time);
    }

    public void Dispose() => _authority.Dispose();

    [Fact]
    public async Task Join_GoodToken_CertifiesTheTokensNameAndHosts()
    {
        using X509Certificate2 certificate = AuthorityFixture.CertificateOf(
            await _enrolment.JoinAsync(await TokenAsync(), AuthorityFixture.NewRequest()));

        Assert.Equal("CN=edge-1", certificate.Subject);
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["edge.example.com"], names.EnumerateDnsNames());
        Assert.Equal(["10.0.0.5"], names.EnumerateIPAddresses().Select(static address => address.ToString()));
        Assert.Equal(_authority.Time.Start + Enrolment.Lifetime, certificate.NotAfter.ToUniversalTime());
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
    }

    [Fact]
    public async Task Join_SameKeyWithinTenMinutes_GetsTheSameCertificateAndNothingIsUsedUp()
    {
        string token = await TokenAsync();
        SigningRequest request = AuthorityFixture.NewRequest();
        Answer<string> first = await _enrolment.JoinAsync(token, request);
        int lines = _authority.AuditLines().Length;

        _authority.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(first.Value, (await _enrolment.JoinAsync(token, request)).Value);
        _authority.Reopen();
        Assert.Equal(lines, _authority.AuditLines().Length);
    }

    [Fact]
    public async Task Join_SameKeyLater_IsRefused()
    {
        string token = await TokenAsync();
        SigningRequest request = AuthorityFixture.NewRequest();
        await _enrolment.JoinAsync(token, request);

        _authority.Time.Advance(TimeSpan.FromMinutes(10));
        Refuses(await _enrolment.JoinAsync(token, request), RefusalReason.TokenRefused, "used up");
    }

    [Fact]
    public async Task Join_AnotherKey_IsRefusedOnceUsesAreGone()
    {
        string token = await TokenAsync(uses: 2);

        Assert.True((await _enrolment.JoinAsync(token, AuthorityFixture.NewRequest())).IsDone);
        Assert.True((await _enrolment.JoinAsync(token, AuthorityFixture.NewRequest())).IsDone);
        Refuses(await _enrolment.JoinAsync(token, AuthorityFixture.NewRequest()), RefusalReason.TokenRefused, "used up");
    }

    [Fact]
    public async Task Join_SeveralAtOnceWithOneUse_AdmitsOne()
    {
        string token = await TokenAsync();

        Answer<string>[] answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => _enrolment.JoinAsync(token, AuthorityFixture.NewRequest()))));

        Assert.Single(answers, static answer => answer.IsDone);
    }

    [Fact]
    public async Task Join_ExpiredToken_IsRefused()
    {
        string token = await TokenAsync();

        _authority.Time.Advance(TimeSpan.FromHours(1));
        Refuses(await _enrolment.JoinAsync(token, AuthorityFixture.NewRequest()), RefusalReason.TokenRefused, "expired at");
    }

    [Fact]
    public async Task Join_GuessedToken_IsRefusedAndNoTokenIsWrittenAnywhere()
    {
        string token = await TokenAsync();
        Refuses(await _enrolment.JoinAsync(JoinToken.Create(), AuthorityFixture.NewRequest()), RefusalReason.TokenRefused, "not known");
        Refuses(await _enrolment.JoinAsync("", AuthorityFixture.NewRequest()), RefusalReason.TokenRefused, "not known");

        foreach (string file in (string[])["nodes.json", "registry.json", "audit.log"])
        {
            Assert.DoesNotContain(token, File.ReadAllText(_authority[file]), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Renew_Node_KeepsNameAndHosts()
    {
        await _enrolment.JoinAsync(await TokenAsync(), AuthorityFixture.NewRequest());
        _authority.Time.Advance(TimeSpan.FromHours(24));

        using X509Certificate2 certificate = AuthorityFixture.CertificateOf(await _enrolment.RenewAsync("edge-1", AuthorityFixture.NewRequest()));

        Assert.Equal("CN=edge-1", certificate.Subject);
        Assert.True(certificate.MatchesHostname("edge.example.com"));
        Assert.Equal(_authority.Time.GetUtcNow() + Enrolment.Lifetime, certificate.NotAfter.ToUniversalTime());
    }

    [Fact]
    public async Task Revoke_Node_RefusesItsRenewalAndItsTokens()
    {
        string spare = await TokenAsync();
        await _enrolment.JoinAsync(await TokenAsync(), AuthorityFixture.NewRequest());

        Assert.True((await _nodes.RevokeAsync(Administrator, "EDGE-1")).IsDone);

        Refuses(await _enrolment.RenewAsync("edge-1", AuthorityFixture.NewRequest()), RefusalReason.NodeRevoked, "revoked");
        Refuses(await _enrolment.JoinAsync(spare, AuthorityFixture.NewRequest()), RefusalReason.TokenRefused, "its node was revoked");
    }

    // A certificate of before the clock was set back is the last to end.
    [Fact]
    public async Task Renew_AfterTheClockWasSetBack_RemembersTheLaterEnd()
    {
        await _enrolment.JoinAsync(await TokenAsync(), AuthorityFixture.NewRequest());
        DateTimeOffset end = _authority.Store.Nodes.State.Nodes["edge-1"].NotAfter;
        Enrolment yesterday = new(_authority.Store, _authority.Issuers, new FakeTime(_authority.Time.Start.AddDays(-1)));

        using X509Certificate2 renewed = AuthorityFixture.CertificateOf(await yesterday.RenewAsync("edge-1", AuthorityFixture.NewRequest()));

        Assert.True(renewed.NotAfter.ToUniversalTime() < end);
        Assert.Equal(end, _authority.Store.Nodes.State.Nodes["edge-1"].NotAfter);
    }

    [Fact]
    public async Task Recognize_Token_OnlyWhileItAdmitsSomebody()
    {
        string token = await TokenAsync();

        Assert.NotNull(_enrolment.Recognize(token));
        Assert.Null(_enrolment.Recognize("another"));
        _authority.Time.Advance(TimeSpan.FromHours(1));
        Assert.Null(_enrolment.Recognize(token));
    }

    [Fact]
    public async Task CreateToken_RevokedNode_WaitsForItsLastCertificateToEnd()
    {
        await _enrolment.JoinAsync(await TokenAsync(), AuthorityFixture.NewRequest());
        await _nodes.RevokeAsync(Administrator, "edge-1");

        Assert.False((await _nodes.CreateTokenAsync(Administrator, Order())).IsDone);
        _authority.Time.Advance(Enrolment.Lifetime + TimeSpan.FromSeconds(1));
        Assert.True((await _enrolment.JoinAsync(await TokenAsync(), AuthorityFixture.NewRequest())).IsDone);
        Assert.Null(_authority.Store.Nodes.State.Nodes["edge-1"].RevokedAt);
    }

    [Theory]
    [InlineData("-edge", "h", 1, 1)]
    [InlineData("edge/1", "h", 1, 1)]
    [InlineData("edge", "no host", 1, 1)]
    [InlineData("edge", "h", 0, 1)]
    [InlineData("edge", "h", 721, 1)]
    [InlineData("edge", "h", 1, 0)]
    public async Task CreateToken_Senseless_IsRefused(string node, string host, int hours, int uses) =>
        Refuses(
            await _nodes.CreateTokenAsync(Administrator, new TokenOrder(node, [host], TimeSpan.FromHours(hours), uses)), RefusalReason.Invalid, "");

    private static TokenOrder Order(int uses = 1) => new("edge-1", ["edge.example.com", "10.0.0.5"], TimeSpan.FromHours(1), uses);

    private static void Refuses<T>(Answer<T> answer, string reason, string text)
        where T : class
    {
        Assert.False(answer.IsDone);
        Assert.Equal(reason, answer.Refusal.Reason);
        Assert.Contains(text, answer.Refusal.Text, StringComparison.Ordinal);
    }

    private async Task<string> TokenAsync(int uses = 1)
    {
        Answer<TokenReport> answer = await _nodes.CreateTokenAsync(Administrator, Order(uses));
        Assert.True(answer.IsDone, answer.Refusal?.Text);
        return answer.Value.Token;
    }
}
