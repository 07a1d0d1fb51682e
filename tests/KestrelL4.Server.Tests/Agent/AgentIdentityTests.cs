using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Agent.Caches;
using KestrelL4.Server.Agent.Contact;
using NodeAgent = KestrelL4.Server.Agent.Agent;

namespace KestrelL4.Server.Tests.Agent;

public sealed class AgentIdentityTests : AgentSetUp
{
    [Fact]
    public async Task Try_FirstTime_JoinsTellsItsClientAuthoritiesAndHasEverything()
    {
        NodeAgent agent = NewAgent();
        Assert.False(agent.HasWorkedBefore);
        Assert.Null(await agent.TryAsync(default));

        Assert.Equal((HoldingSource.Authority, HoldingSource.Authority), (agent.Holding.IdentitySource, agent.Holding.Registry!.Source));
        Assert.Equal("edge-1", agent.Holding.Identity!.Context.TargetCertificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
        Assert.True(agent.State.IsConnected);
        Assert.Equal(TimeSpan.Zero, agent.Age.Age);
        Assert.Equal("/v1/ping?clientAuthority=main", Authority.RequestsOf(AuthorityRoutes.Ping).Single().Target);
        Assert.True(agent.HasWorkedBefore);
        Assert.False(File.Exists(Scene.PathOf(CachePart.JoinKey)));
        Assert.Empty(Scene.Loggers.Warnings);
    }

    [Fact]
    public async Task Try_NextProcess_NeedsNeitherTokenNorAnotherCertificate()
    {
        string? thumbprint = (await JoinedAsync()).Holding.Identity!.Context.TargetCertificate.Thumbprint;
        File.Delete(TokenFile);

        NodeAgent agent = NewAgent();
        Assert.True(agent.HasWorkedBefore);
        Assert.Equal(HoldingSource.Cache, agent.Holding.Registry!.Source);
        Assert.Null(await agent.TryAsync(default));

        Assert.Equal(thumbprint, agent.Holding.Identity!.Context.TargetCertificate.Thumbprint);
        Assert.Equal(1, Joins);
        Assert.Equal(HoldingSource.Authority, agent.Holding.Registry!.Source);
    }

    [Fact]
    public async Task Try_RootKnownByItsPin_FindsItAndKeepsIt()
    {
        Configuration = Configuration with { Ca = null, CaPin = CaPin.Of(Scene.Pki.Root) };
        await JoinedAsync();
        await Authority.StopAsync();

        NodeAgent agent = NewAgent();

        Assert.NotNull(agent.Holding.Identity);
        Assert.NotNull(agent.Holding.Registry);
        await Authority.StartAsync();
    }

    [Fact]
    public async Task Try_WithoutToken_SaysWhatToDo()
    {
        File.Delete(TokenFile);

        ContactFailure failure = await FailAsync(NewAgent());

        Assert.Equal(ContactFault.Misconfigured, failure.Fault);
        Assert.Contains("authority token create", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Try_TokenRefusedThenReplaced_ReadsItAnew()
    {
        File.WriteAllText(TokenFile, "wrong");
        NodeAgent agent = NewAgent();
        Assert.Equal(RefusalReason.TokenRefused, (await FailAsync(agent)).Reason);

        File.WriteAllText(TokenFile, FakeAuthority.Token);

        Assert.Null(await agent.TryAsync(default));
    }

    [Fact]
    public async Task Try_AnswerOfTheJoinLost_AsksAgainForTheSameKeyAlsoInTheNextProcess()
    {
        Authority.Certify = static _ => throw new IOException("lost");
        await FailAsync(NewAgent());
        Authority.Certify = Scene.Pki.Certify;
        Assert.Null(await NewAgent().TryAsync(default));

        Assert.Single(Authority.RequestsOf(AuthorityRoutes.Identity).Select(static request => KeyOf(request.Body)).Distinct());
    }

    [Fact]
    public async Task Try_CertificateForAnotherKey_IsRefused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Authority.Certify = _ => Scene.Pki.CertifyKey(new PublicKey(other), "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        NodeAgent agent = NewAgent();

        Assert.Contains("another key", (await FailAsync(agent)).Sentence, StringComparison.Ordinal);
        Assert.Null(agent.Holding.Identity);
    }

    [Fact]
    public async Task Try_AfterAThirdOfItsLife_RenewsForANewKey()
    {
        NodeAgent agent = await JoinedAsync();
        Scene.Time.Advance(TimeSpan.FromHours(23));
        Assert.Null(await agent.TryAsync(default));
        Assert.Equal(0, Renewals);

        Scene.Time.Advance(TimeSpan.FromHours(4));
        Assert.Null(await agent.TryAsync(default));

        Assert.Equal(1, Renewals);
        Assert.Equal(2, Authority.RequestsOf(AuthorityRoutes.Identity).Select(static request => KeyOf(request.Body)).Distinct().Count());
        Assert.InRange(agent.Holding.Identity!.NotAfter - Scene.Time.GetUtcNow(), TimeSpan.FromHours(71), TimeSpan.FromHours(73));
        Assert.Equal(agent.Holding.Identity.NotAfter, NewAgent().Holding.Identity!.NotAfter);
    }

    [Fact]
    public async Task Try_IdentityThatIsDueWhenItComes_RenewsOnceAMinute()
    {
        Scene.Pki.Lifetime = TimeSpan.FromMinutes(5);
        NodeAgent agent = await JoinedAsync();
        Assert.Null(await agent.TryAsync(default));
        Assert.Equal(0, Renewals);

        Scene.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Null(await agent.TryAsync(default));
        Assert.Null(await agent.TryAsync(default));
        Assert.Equal(1, Renewals);
    }

    [Fact]
    public async Task Try_RenewalRefused_GoesOnWithTheRegistryUntilTheAttemptsAreUsedUp()
    {
        Configuration = Configuration with { RenewalAttempts = 3 };
        NodeAgent agent = await JoinedAsync();
        Authority.Refusal = static path => path == AuthorityRoutes.Identity ? RefusalReason.StoreFailed : null;
        Authority.Snapshot = Scene.Pki.SnapshotOf(1, 2);
        Scene.Time.Advance(TimeSpan.FromHours(27));
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            Assert.Null(agent.State.RenewalExhausted);
            Assert.Null(await agent.TryAsync(default));
            Assert.Equal(attempt, Renewals);
            Assert.Null(await agent.TryAsync(default));
            Assert.Equal(attempt, Renewals);
            Scene.Time.Advance(TimeSpan.FromSeconds(60));
        }

        Assert.Equal(2, agent.Holding.Registry!.Snapshot.Revision);
        Assert.Contains("in 3 attempts", agent.State.RenewalExhausted, StringComparison.Ordinal);
        Assert.False(agent.GivenUp.IsCompleted);

        Authority.Refusal = static _ => null;
        Assert.Null(await agent.TryAsync(default));
        Assert.Null(agent.State.RenewalExhausted);
    }

    [Fact]
    public async Task Try_RenewalGivesACertificateOfNoUse_GoesOnWithTheRegistry()
    {
        NodeAgent agent = await JoinedAsync();
        Authority.Certify = static _ => "no certificate";
        Authority.Snapshot = Scene.Pki.SnapshotOf(1, 2);
        Scene.Time.Advance(TimeSpan.FromHours(27));

        Assert.Null(await agent.TryAsync(default));

        Assert.Equal((1, 2), (Renewals, agent.Holding.Registry!.Snapshot.Revision));
    }

    [Fact]
    public async Task Try_IdentityExpired_JoinsAgainByItsToken()
    {
        NodeAgent agent = await JoinedAsync();
        Scene.Time.Advance(TimeSpan.FromHours(80));
        File.WriteAllText(TokenFile, "used up");
        ContactFailure failure = await FailAsync(agent);
        Assert.Contains("expired", failure.Sentence, StringComparison.Ordinal);
        Assert.True(agent.Holding.Identity!.NotAfter < Scene.Time.GetUtcNow());

        File.WriteAllText(TokenFile, FakeAuthority.Token);
        Assert.Null(await agent.TryAsync(default));
        Assert.True(agent.Holding.Identity!.NotAfter > Scene.Time.GetUtcNow());
    }

    [Theory]
    [InlineData(RefusalReason.NodeUnknown)]
    [InlineData(RefusalReason.CertificateExpired)]
    [InlineData(RefusalReason.CertificateRefused)]
    public async Task Try_IdentityRefused_JoinsAgainAtOnce(string reason)
    {
        NodeAgent agent = await JoinedAsync();
        Authority.Refusal = path => path != AuthorityRoutes.Identity && Joins == 1 ? reason : null;

        Assert.Null(await agent.TryAsync(default));

        Assert.Equal(2, Joins);
        Assert.True(agent.State.IsConnected);
    }

    [Fact]
    public async Task Try_Revoked_SaysSoAndKeepsWhatItHas()
    {
        NodeAgent agent = await JoinedAsync();
        File.Delete(TokenFile);
        Authority.Refusal = static _ => RefusalReason.NodeRevoked;

        ContactFailure failure = await FailAsync(agent);

        Assert.Equal(RefusalReason.NodeRevoked, failure.Reason);
        Assert.True(agent.State.IsRevoked);
        Assert.NotNull(agent.Holding.Identity);
        Assert.NotNull(agent.Holding.Registry);

        Authority.Refusal = static _ => null;
        Assert.Null(await agent.TryAsync(default));
        Assert.False(agent.State.IsRevoked);
    }

    [Fact]
    public async Task Use_AnotherAuthorityThatIsAway_IsNotTakenForTheOneThatRevokedTheNode()
    {
        NodeAgent agent = await JoinedAsync();
        File.Delete(TokenFile);
        Authority.Refusal = static _ => RefusalReason.NodeRevoked;
        await FailAsync(agent);
        agent.Start();
        Configuration = Configuration with { Urls = [new Uri("https://localhost:1")] };

        agent.Use(Settings with { Hash = "other" });

        await UntilAsync(() => agent.State.Failure is { Reason: null }, "the other authority is away");
        Assert.False(agent.State.IsRevoked);
    }

    [Fact]
    public async Task Use_AnotherAuthority_JoinsThereAndTakesItsOlderRegistry()
    {
        Authority.Snapshot = Scene.Pki.SnapshotOf(5, 5);
        NodeAgent agent = await JoinedAsync(TimeProvider.System);
        agent.Start();
        AuthorityPki pki = new(Scene.Time);
        await using FakeAuthority other = new(pki);
        await other.StartAsync();
        Configuration = Configuration with { Urls = [other.Url], Ca = Scene.Directory.Write("other.crt", pki.RootPem) };

        agent.Use(Settings with { Hash = "other" });

        await UntilAsync(() => agent.Holding.Registry?.Snapshot.Epoch == 1, "the other's registry is in force");
        Assert.Equal(pki.Root.Subject, agent.Holding.Registry!.ClientAuthorities.Single().Chain[^1].Subject);
        Assert.NotEmpty(other.RequestsOf(AuthorityRoutes.Identity));
        Assert.True(agent.HasWorkedBefore);
    }

    private static string KeyOf(string request) => Convert.ToHexString(
        CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256).PublicKey.ExportSubjectPublicKeyInfo());
}
