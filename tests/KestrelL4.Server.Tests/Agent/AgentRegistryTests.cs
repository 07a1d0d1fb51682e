using KestrelL4.Protocol;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Agent.Caches;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Agent.Following;
using Microsoft.Extensions.Logging;
using NodeAgent = KestrelL4.Server.Agent.Agent;

namespace KestrelL4.Server.Tests.Agent;

public sealed class AgentRegistryTests : AgentSetUp
{
    [Theory]
    [InlineData(2, 4, "f00d", "a1", "rolled back")]
    [InlineData(1, 99, "f00d", "a1", "rolled back")]
    [InlineData(2, 5, "beef", "a1", "rolled back")]
    [InlineData(3, 1, "f00d", "a2", "another authority")]
    public async Task Try_RegistryThatMustNotFollow_KeepsTheFormerAndDoesNotConfirmIt(
        long epoch, long revision, string fingerprint, string authorityId, string problem)
    {
        Authority.Snapshot = Scene.Pki.SnapshotOf(2, 5);
        NodeAgent agent = await JoinedAsync();
        Authority.Snapshot = Scene.Pki.SnapshotOf(epoch, revision, fingerprint, authorityId);
        Scene.Time.Advance(TimeSpan.FromMinutes(7));

        Assert.Null(await agent.TryAsync(default));
        Assert.Null(await agent.TryAsync(default));

        Assert.StartsWith(problem, agent.State.RegistryProblem, StringComparison.Ordinal);
        Assert.Equal((2, 5), (agent.Holding.Registry!.Snapshot.Epoch, agent.Holding.Registry.Snapshot.Revision));
        Assert.Equal(TimeSpan.FromMinutes(7), agent.Age.Age);
        Assert.True(agent.State.IsConnected);
        Assert.Single(Scene.Loggers.Warnings);
    }

    [Theory]
    [InlineData(2, 5)]
    [InlineData(2, 6)]
    [InlineData(3, 1)]
    public async Task Try_AfterARollBack_ForgivesTheFormerAHigherRevisionAndANewEpoch(long epoch, long revision)
    {
        Authority.Snapshot = Scene.Pki.SnapshotOf(2, 5);
        NodeAgent agent = await JoinedAsync();
        Authority.Snapshot = Scene.Pki.SnapshotOf(2, 4);
        Assert.Null(await agent.TryAsync(default));
        Scene.Time.Advance(TimeSpan.FromMinutes(7));

        Authority.Snapshot = Scene.Pki.SnapshotOf(epoch, revision);
        Assert.Null(await agent.TryAsync(default));

        Assert.Null(agent.State.RegistryProblem);
        Assert.Equal((epoch, revision), (agent.Holding.Registry!.Snapshot.Epoch, agent.Holding.Registry.Snapshot.Revision));
        Assert.Equal(TimeSpan.Zero, agent.Age.Age);
    }

    [Fact]
    public async Task Try_RolledBackWithoutARegistryInHand_HasNoneAndSaysWhy()
    {
        Authority.Snapshot = Scene.Pki.SnapshotOf(2, 5);
        await JoinedAsync();
        File.Delete(Scene.PathOf(CachePart.Registry));
        Authority.Snapshot = Scene.Pki.SnapshotOf(2, 4);

        ContactFailure failure = await FailAsync(NewAgent());

        Assert.StartsWith("rolled back", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Try_SnapshotOfAnother_IsRefusedUntilItIsRight()
    {
        NodeAgent agent = await JoinedAsync();
        Authority.Sign = new AuthorityPki(Scene.Time).Sign;
        Authority.Snapshot = Scene.Pki.SnapshotOf(1, 2);
        Assert.Null(await agent.TryAsync(default));
        Assert.Contains("not certified", agent.State.RegistryProblem, StringComparison.Ordinal);
        Assert.Equal(1, agent.Holding.Registry!.Snapshot.Revision);

        Authority.Sign = Scene.Pki.Sign;
        Assert.Null(await agent.TryAsync(default));
        Assert.Null(agent.State.RegistryProblem);
        Assert.Equal(2, agent.Holding.Registry!.Snapshot.Revision);
    }

    // What is due at once and is not done would have the loop ask without a pause.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fetch_UnverifiedAndThenRolledBack_LeavesNothingDue(bool wasRolledBackBefore)
    {
        AgentParts parts = Scene.NewParts();
        Scene.Put(parts, Scene.Pki.SnapshotOf(2, 5));
        await using AuthorityClient client = new(Configuration, "hash", Scene.CacheDirectory, Scene.Loggers, Scene.Time);
        RegistryErrand errand = new(client, parts.LastGood, parts.Standing, Scene.Loggers.CreateLogger<RegistryErrand>(), Scene.Time);
        Authority.Snapshot = Scene.Pki.SnapshotOf(2, 4);
        if (wasRolledBackBefore)
        {
            Assert.Null(await errand.FetchAsync(Scene.Pki.Root, default));
        }

        Authority.Sign = new AuthorityPki(Scene.Time).Sign;
        Authority.Snapshot = Scene.Pki.SnapshotOf(2, 6);
        Assert.Null(await errand.FetchAsync(Scene.Pki.Root, default));
        Assert.NotNull(errand.UntilRetry);
        Scene.Time.Advance(TimeSpan.FromMinutes(1));

        Authority.Sign = Scene.Pki.Sign;
        Authority.Snapshot = Scene.Pki.SnapshotOf(2, 4);
        Assert.Null(await errand.FetchAsync(Scene.Pki.Root, default));

        Assert.Null(errand.UntilRetry);
        Assert.StartsWith("rolled back", parts.Standing.State.Value.RegistryProblem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Try_KeptRootLost_FindsItByItsPinAndWhatWasKeptUnderIt()
    {
        Configuration = Configuration with { Ca = null, CaPin = CaPin.Of(Scene.Pki.Root) };
        Authority.Snapshot = Scene.Pki.SnapshotOf(2, 5);
        await JoinedAsync();
        File.Delete(Scene.PathOf(CachePart.Root));
        File.Delete(TokenFile);
        Authority.Snapshot = Scene.Pki.SnapshotOf(2, 4);
        NodeAgent agent = NewAgent();
        Assert.Null(agent.Holding.Registry);

        Assert.Null(await agent.TryAsync(default));

        Assert.Equal(1, Joins);
        Assert.StartsWith("rolled back", agent.State.RegistryProblem, StringComparison.Ordinal);
        Assert.Equal((2, 5), (agent.Holding.Registry!.Snapshot.Epoch, agent.Holding.Registry.Snapshot.Revision));
    }

    [Fact]
    public async Task Try_KeptRootAndRegistryLost_NeverTakesAnOlderOneThanWasSeen()
    {
        Configuration = Configuration with { Ca = null, CaPin = CaPin.Of(Scene.Pki.Root) };
        Authority.Snapshot = Scene.Pki.SnapshotOf(2, 5);
        await JoinedAsync();
        File.Delete(Scene.PathOf(CachePart.Root));
        File.Delete(Scene.PathOf(CachePart.Registry));
        Authority.Snapshot = Scene.Pki.SnapshotOf(2, 4);

        ContactFailure failure = await FailAsync(NewAgent());

        Assert.StartsWith("rolled back", failure.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Try_SameVersion_IsAskedForByItsNameAndConfirmed()
    {
        NodeAgent agent = await JoinedAsync();
        Scene.Time.Advance(TimeSpan.FromMinutes(7));
        HeldRegistry? before = agent.Holding.Registry;

        Assert.Null(await agent.TryAsync(default));

        Assert.Equal($"\"{Authority.Snapshot.Version}\"", Authority.RequestsOf(AuthorityRoutes.Registry)[^1].Headers["If-None-Match"]);
        Assert.Same(before, agent.Holding.Registry);
        Assert.Equal(TimeSpan.Zero, agent.Age.Age);
    }

    [Fact]
    public async Task Changed_NewRegistry_IsHeldAlreadyWhenItIsTold()
    {
        NodeAgent agent = await JoinedAsync();
        List<long> told = [];
        agent.Changed += () => told.Add(agent.Holding.Registry!.Snapshot.Revision);
        Authority.Snapshot = Scene.Pki.SnapshotOf(1, 2);

        Assert.Null(await agent.TryAsync(default));

        Assert.Equal([2], told);
    }
}
