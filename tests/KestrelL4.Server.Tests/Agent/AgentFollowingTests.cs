using KestrelL4.Protocol;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;
using NodeAgent = KestrelL4.Server.Agent.Agent;

namespace KestrelL4.Server.Tests.Agent;

public sealed class AgentFollowingTests : AgentSetUp
{
    [Fact]
    public async Task Start_NewRevisions_AreInForceByTheEventsAlone()
    {
        // Time stands still, so nothing but an event can bring it.
        NodeAgent agent = await JoinedAsync();
        agent.Start();
        await UntilAsync(() => Authority.RequestsOf(AuthorityRoutes.RegistryEvents).Length == 1, "the agent listens");

        foreach (int revision in new[] { 2, 3 })
        {
            Authority.Snapshot = Scene.Pki.SnapshotOf(1, revision);
            await UntilAsync(() => agent.Holding.Registry!.Snapshot.Revision == revision, $"revision {revision} is in force");
        }
    }

    [Fact]
    public async Task Start_AuthorityGoesAndComes_TellsBothAtOnceAndOnce()
    {
        NodeAgent agent = await JoinedAsync(TimeProvider.System);
        agent.Start();
        await UntilAsync(() => Authority.RequestsOf(AuthorityRoutes.RegistryEvents).Length == 1, "the agent listens");

        await Authority.StopAsync();
        await UntilAsync(() => !agent.State.IsConnected, "it is told that the authority is away");
        Assert.Equal(ContactFault.Away, agent.State.Failure!.Fault);
        Assert.NotNull(agent.State.LastContact);
        await UntilAsync(() => agent.State.FailedAttempts > 1, "it is tried again");
        Assert.Single(Scene.Loggers.Warnings);

        Authority.Snapshot = Scene.Pki.SnapshotOf(1, 2);
        await Authority.StartAsync();
        await UntilAsync(() => agent.State is { IsConnected: true, FailedAttempts: 0, Failure: null }, "it is told that the authority is back");
        await UntilAsync(() => agent.Holding.Registry!.Snapshot.Revision == 2, "the newest registry is in force");
        Assert.Single(Scene.Loggers.Warnings);
    }

    [Fact]
    public async Task Start_OutageAfterOutage_ListensAsSoonAsTheAuthorityAnswers()
    {
        NodeAgent agent = await JoinedAsync();
        agent.Start();
        await UntilAsync(() => Authority.RequestsOf(AuthorityRoutes.RegistryEvents).Length == 1, "the agent listens");

        // A back-off of the loop that listens would have grown to seconds by then.
        for (int outage = 1; outage <= 5; outage++)
        {
            await Authority.StopAsync();
            await UntilWhileTimePassesAsync(() => !agent.State.IsConnected, "it is told that the authority is away");
            await Authority.StartAsync();
            await UntilWhileTimePassesAsync(() => agent.State.IsConnected, "it is told that the authority is back");
            Scene.Time.Advance(TimeSpan.FromSeconds(1));
            await UntilAsync(() => Authority.RequestsOf(AuthorityRoutes.RegistryEvents).Length == 1, "the agent listens again");
        }
    }

    [Fact]
    public async Task Start_StreamRefused_FollowsByAskingAndStaysConnected()
    {
        Authority.Refusal = static path => path == AuthorityRoutes.RegistryEvents ? RefusalReason.StoreFailed : null;
        NodeAgent agent = await JoinedAsync();
        agent.Start();
        await UntilWhileTimePassesAsync(
            () => Scene.Loggers.Warnings.Any(static line => line.Contains("stream of events", StringComparison.Ordinal)), "it is told that the stream fails");

        Authority.Snapshot = Scene.Pki.SnapshotOf(1, 2);
        await UntilWhileTimePassesAsync(() => agent.Holding.Registry!.Snapshot.Revision == 2, "the newest registry is in force");
    }

    [Fact]
    public async Task Start_StreamCutWhileTheAuthorityIsThere_IsNoFailure()
    {
        NodeAgent agent = await JoinedAsync(TimeProvider.System);
        int failures = 0;
        agent.StateChanged += () => failures += agent.State.IsConnected ? 0 : 1;
        agent.Start();
        await UntilAsync(() => Authority.RequestsOf(AuthorityRoutes.RegistryEvents).Length == 1, "the agent listens");

        Authority.IsStreaming = false;
        Authority.Snapshot = Scene.Pki.SnapshotOf(1, 2);
        await UntilAsync(() => Authority.RequestsOf(AuthorityRoutes.RegistryEvents).Length >= 3, "the agent listens again");

        Assert.Equal(2, agent.Holding.Registry!.Snapshot.Revision);
        Assert.Equal(0, failures);
    }

    [Fact]
    public async Task Start_EventsWhileTheRegistryIsNotGiven_DoNotPassForAnAnswerButHaveItAskedForAgain()
    {
        // Time stands still: no back-off ends.
        NodeAgent agent = await JoinedAsync();
        agent.Start();
        await UntilAsync(() => Authority.RequestsOf(AuthorityRoutes.RegistryEvents).Length == 1, "the agent listens");
        Authority.Refusal = static path => path == AuthorityRoutes.Registry ? RefusalReason.StoreFailed : null;
        foreach (int attempt in new[] { 1, 2, 3 })
        {
            Authority.Snapshot = Scene.Pki.SnapshotOf(1, 1 + attempt);
            await UntilAsync(() => agent.State.FailedAttempts == attempt, $"attempt {attempt} has failed");
            Assert.False(agent.State.IsConnected);
        }

        Authority.Refusal = static _ => null;
        Authority.Snapshot = Scene.Pki.SnapshotOf(1, 9);

        await UntilAsync(() => agent.State.IsConnected, "the authority answers everything");
        Assert.Equal(9, agent.Holding.Registry!.Snapshot.Revision);
        Assert.Single(Scene.Loggers.Warnings);
    }

    [Fact]
    public async Task Start_StreamSilent_HasTheRegistryConfirmedByAsking()
    {
        Authority.IsMute = true;
        NodeAgent agent = await JoinedAsync();
        agent.Start();
        await UntilAsync(() => Authority.RequestsOf(AuthorityRoutes.RegistryEvents).Length == 1, "the agent listens");
        await UntilAsync(() => Scene.Time.IsArmedFor(TimeSpan.FromSeconds(8)), "the agent waits before it asks again");
        int asked = Authority.RequestsOf(AuthorityRoutes.Registry).Length;
        Scene.Time.Advance(TimeSpan.FromSeconds(7.9));
        Assert.Equal(asked, Authority.RequestsOf(AuthorityRoutes.Registry).Length);

        Scene.Time.Advance(TimeSpan.FromSeconds(0.2));

        await UntilAsync(() => Authority.RequestsOf(AuthorityRoutes.Registry).Length == asked + 1, "the registry is asked for");
        await UntilAsync(() => agent.Age.Age == TimeSpan.Zero, "the registry is confirmed");
    }

    [Fact]
    public async Task Start_NeverReached_GivesUpAfterItsPatience()
    {
        await Authority.StopAsync();
        Configuration = Configuration with { OnUnavailable = OnUnavailable.KeepRunning, ExitAfter = TimeSpan.FromSeconds(20) };
        NodeAgent agent = NewAgent();
        agent.Start();
        DateTimeOffset start = Scene.Time.GetUtcNow();

        await UntilWhileTimePassesAsync(() => agent.GivenUp.IsCompleted, "the agent gives up");

        Assert.InRange(Scene.Time.GetUtcNow() - start, TimeSpan.FromSeconds(19), TimeSpan.FromSeconds(30));
        Assert.Contains("not reached once", await agent.GivenUp, StringComparison.Ordinal);

        // A node that drains goes on trying as before.
        await UntilWhileTimePassesAsync(() => Scene.Time.GetUtcNow() - start > TimeSpan.FromSeconds(50), "time passes");
        Assert.InRange(agent.State.FailedAttempts, 3, 15);
        await Authority.StartAsync();
    }

    [Fact]
    public async Task Start_RenewalExhausted_GivesUpWhenTheNodeIsToExit()
    {
        Configuration = Configuration with { RenewalAttempts = 2, OnRenewalExhausted = OnRenewalExhausted.Exit };
        NodeAgent agent = await JoinedAsync();
        Authority.Refusal = static path => path == AuthorityRoutes.Identity ? RefusalReason.StoreFailed : null;
        Scene.Time.Advance(TimeSpan.FromHours(27));
        agent.Start();

        await UntilWhileTimePassesAsync(() => agent.GivenUp.IsCompleted, "the agent gives up");

        Assert.Contains("could not be renewed", await agent.GivenUp, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_WhileFollowing_EndsAndWritesDownHowOldTheRegistryIs()
    {
        NodeAgent agent = await JoinedAsync();
        agent.Start();
        await UntilAsync(() => Authority.RequestsOf(AuthorityRoutes.RegistryEvents).Length == 1, "the agent listens");
        await Authority.StopAsync();
        await UntilWhileTimePassesAsync(() => !agent.State.IsConnected, "the authority is away");
        Scene.Time.Advance(TimeSpan.FromSeconds(7));
        TimeSpan age = agent.Age.Age;

        await agent.DisposeAsync();

        Assert.Equal(age, NewAgent().Age.Age);
        await Authority.StartAsync();
    }

    [Fact]
    public async Task Use_AnotherLimit_IsInForceAtOnceAndTheAuthorityIsAskedAnew()
    {
        NodeAgent agent = await JoinedAsync(TimeProvider.System);
        agent.Start();
        Assert.Equal(TimeSpan.FromHours(24), agent.Age.Limit);
        int pings = Authority.RequestsOf(AuthorityRoutes.Ping).Length;

        Configuration = Configuration with { MaxStaleness = TimeSpan.FromHours(1) };
        agent.Use(Settings with { Hash = "next", ClientAuthorities = [] });
        Assert.Equal(TimeSpan.FromHours(1), agent.Age.Limit);
        await UntilAsync(() => Authority.RequestsOf(AuthorityRoutes.Ping).Length > pings, "the authority is told of the client authorities");

        Configuration = Configuration with { OnStale = OnStale.Serve };
        agent.Use(Settings);
        Assert.Null(agent.Age.Limit);
        Assert.Equal(1, Joins);
    }
}
