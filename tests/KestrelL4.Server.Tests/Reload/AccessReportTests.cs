using KestrelL4.Server.Agent;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Health;
using KestrelL4.Server.Reload;
using KestrelL4.Server.Sources;

namespace KestrelL4.Server.Tests.Reload;

[Collection(ProcessWide.Name)]
public sealed class AccessReportTests : IAsyncLifetime
{
    private AccessScene _scene = null!;

    private NodeHealth Health => _scene.Health;

    public async Task InitializeAsync() => _scene = await AccessScene.CreateAsync();

    public async Task DisposeAsync() => await _scene.DisposeAsync();

    [Fact]
    public void Tell_NothingIsThereYet_IsStarting()
    {
        _scene.Access.Use(_scene.Files, clients: null);
        Tell();

        Assert.Equal(ComponentStatus.Starting, Health.Identity.State.Status);
        Assert.Equal(ComponentStatus.Starting, Health.Registry.State.Status);
        Assert.Equal(ComponentStatus.Starting, Health.Authority.State.Status);
    }

    [Fact]
    public void Tell_AllWell_IsHealthy()
    {
        _scene.TakeUpAll();
        Tell();

        Assert.All(Health.Components, static component => Assert.Equal(ComponentStatus.Healthy, component.State.Status));
    }

    [Fact]
    public void Tell_AuthorityAwayAndCacheFresh_DegradesTheAuthorityAloneAndTellsHowLongThatWillDo()
    {
        _scene.TakeUpAll();
        string contact = $"{_scene.Time.GetUtcNow():u}";
        _scene.Time.Advance(TimeSpan.FromSeconds(90));
        Fail(ContactFault.Away, "https://authority:7443 refused the connection");
        Tell();

        Assert.Equal(ComponentStatus.Healthy, Health.Identity.State.Status);
        Assert.Equal(ComponentStatus.Healthy, Health.Registry.State.Status);
        Assert.Equal(ComponentStatus.Degraded, Health.Authority.State.Status);
        Assert.Equal(
            $"https://authority:7443 refused the connection; last contact at {contact}; registry confirmed 00:01:30 ago, stale after 1.00:00:00; "
                + $"identity valid until {_scene.Access.Current.Identity!.NotAfter:u}",
            Health.Authority.State.Reason);
    }

    [Fact]
    public void Tell_AuthorityAnswersAgain_IsHealthyAtOnce()
    {
        _scene.TakeUpAll();
        Fail(ContactFault.Away, "away");
        Tell();

        _scene.State = new AgentState { IsConnected = true };
        Tell();

        Assert.Equal(ComponentStatus.Healthy, Health.Authority.State.Status);
    }

    [Fact]
    public void Tell_RegistryStale_RefusesAsTheDataPlaneDoes()
    {
        _scene.TakeUpAll();
        _scene.Age.Limit = TimeSpan.FromHours(24);
        _scene.Time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Tell();
        Assert.Equal(ComponentStatus.Healthy, Health.Registry.State.Status);

        _scene.Time.Advance(TimeSpan.FromSeconds(2));
        Tell();

        Assert.Equal(ComponentStatus.Unhealthy, Health.Registry.State.Status);
        Assert.Contains("new connections are refused", Health.Registry.State.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Tell_RegistryStaleAndServed_IsDegraded()
    {
        _scene.TakeUpAll();
        _scene.Time.Advance(TimeSpan.FromHours(25));
        Tell();

        Assert.Equal(ComponentStatus.Degraded, Health.Registry.State.Status);
        Assert.Contains("OnStale", Health.Registry.State.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Tell_RegistryRolledBack_IsDegradedAndSaysSoFirst()
    {
        _scene.TakeUpAll();
        _scene.State = _scene.State with { RegistryProblem = "rolled back: epoch 1, revision 2 is older" };
        Tell();

        Assert.Equal(ComponentStatus.Degraded, Health.Registry.State.Status);
        Assert.StartsWith("rolled back", Health.Registry.State.Reason, StringComparison.Ordinal);

        _scene.Age.Limit = TimeSpan.FromHours(24);
        _scene.Time.Advance(TimeSpan.FromHours(25));
        Tell();
        Assert.Equal(ComponentStatus.Unhealthy, Health.Registry.State.Status);
        Assert.StartsWith("rolled back", Health.Registry.State.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Tell_NodeRevoked_IsUnhealthyForTheAuthorityAlone()
    {
        _scene.TakeUpAll();
        Fail(ContactFault.Refused, "the authority has revoked this node");
        _scene.State = _scene.State with { IsRevoked = true };
        Tell();

        Assert.Equal(ComponentStatus.Unhealthy, Health.Authority.State.Status);
        Assert.Equal(ComponentStatus.Healthy, Health.Registry.State.Status);
    }

    [Theory]
    [InlineData(ContactFault.Misconfigured)]
    [InlineData(ContactFault.Refused)]
    internal void Tell_OtherFailure_IsDegradedWithItsSentence(ContactFault fault)
    {
        _scene.TakeUpAll();
        Fail(fault, "the certificate is another's");
        Tell();

        Assert.Equal(ComponentStatus.Degraded, Health.Authority.State.Status);
        Assert.StartsWith("the certificate is another's", Health.Authority.State.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Tell_NothingCanBeKept_DegradesTheAuthority()
    {
        _scene.TakeUpAll();
        _scene.State = _scene.State with { CacheProblem = "the disk is full" };
        Tell();

        Assert.Equal((ComponentStatus.Degraded, "the disk is full"), (Health.Authority.State.Status, Health.Authority.State.Reason));
    }

    [Fact]
    public void Tell_RenewalExhausted_DegradesAnIdentityOfTheAuthority()
    {
        _scene.TakeUpAll();
        _scene.State = _scene.State with { RenewalExhausted = "7 attempts failed" };
        Tell();

        Assert.Equal(ComponentStatus.Degraded, Health.Identity.State.Status);
        Assert.EndsWith("7 attempts failed", Health.Identity.State.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Tell_IdentityExpired_IsUnhealthy()
    {
        _scene.TakeUpAll();
        _scene.Time.Advance(TimeSpan.FromHours(13));
        Tell();

        Assert.Equal(ComponentStatus.Unhealthy, Health.Identity.State.Status);
    }

    [Fact]
    public void Tell_FileOfTheRootIsBroken_DegradesTheAuthority()
    {
        _scene.TakeUpAll();
        NodeFiles broken = _scene.Files with { Problems = new Dictionary<string, string> { ["authority"] = "half a certificate" } };
        _scene.Model.InForce = _scene.Model.InForce with { Files = broken };
        Tell();

        Assert.Equal((ComponentStatus.Degraded, "half a certificate"), (Health.Authority.State.Status, Health.Authority.State.Reason));
    }

    private void Fail(ContactFault fault, string sentence) =>
        _scene.State = _scene.State with { IsConnected = false, Failure = new ContactFailure(fault, sentence), FailedAttempts = 1 };

    private void Tell() => new AccessReport(Health, _scene.Model, _scene.Access, _scene.Time).Tell();
}
