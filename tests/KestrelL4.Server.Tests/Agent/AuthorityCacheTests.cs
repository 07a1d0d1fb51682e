using KestrelL4.Server.Agent;
using KestrelL4.Server.Agent.Caches;

namespace KestrelL4.Server.Tests.Agent;

public sealed class AuthorityCacheTests : IDisposable
{
    private readonly AgentScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Write_DiskRefuses_PutsInForceAllTheSameAndTellsOnce()
    {
        AgentParts parts = _scene.NewParts();
        File.WriteAllText(_scene.CacheDirectory, "in the way");

        _scene.Put(parts, _scene.Pki.SnapshotOf(1, 7));
        _scene.Put(parts, _scene.Pki.SnapshotOf(1, 8));
        _scene.PutIdentity(parts);

        Assert.Equal(8, parts.LastGood.Holding.Value.Registry!.Snapshot.Revision);
        Assert.NotNull(parts.LastGood.Identity);
        Assert.NotNull(parts.Standing.State.Value.CacheProblem);
        Assert.Single(_scene.Loggers.Warnings);
    }

    [Fact]
    public void Retry_DiskTakesItAgain_WritesTheNewestOfEverything()
    {
        AgentParts parts = _scene.NewParts();
        File.WriteAllText(_scene.CacheDirectory, "in the way");
        _scene.Put(parts, _scene.Pki.SnapshotOf(1, 7));
        _scene.Put(parts, _scene.Pki.SnapshotOf(1, 8));
        _scene.PutIdentity(parts);

        File.Delete(_scene.CacheDirectory);
        parts.Cache.Retry();

        CachedHolding kept = _scene.Read();
        Assert.Null(parts.Standing.State.Value.CacheProblem);
        Assert.Equal(8, kept.Holding.Registry!.Snapshot.Revision);
        Assert.NotNull(kept.Holding.Identity);
        Assert.Equal(8, kept.Record.Seen!.Revision);
    }

    [Fact]
    public void Write_RegistryAloneIsRefused_RecordDoesNotRunAhead()
    {
        AgentParts parts = _scene.NewParts();
        _scene.Put(parts, _scene.Pki.SnapshotOf(1, 7));

        // Where a new registry is written first.
        Directory.CreateDirectory(_scene.PathOf(CachePart.Registry) + ".new");
        _scene.Put(parts, _scene.Pki.SnapshotOf(1, 8));

        CachedHolding kept = _scene.Read();
        Assert.Equal(8, parts.LastGood.Holding.Value.Registry!.Snapshot.Revision);
        Assert.Equal(7, kept.Holding.Registry!.Snapshot.Revision);
        Assert.Equal(7, kept.Record.Seen!.Revision);
    }

    [Fact]
    public void Write_LeftoverOfAKilledProcess_IsReplaced()
    {
        Directory.CreateDirectory(_scene.CacheDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(_scene.PathOf(CachePart.Registry) + ".new", "half of a");

        _scene.Put(_scene.NewParts(), _scene.Pki.SnapshotOf(1, 7));

        Assert.Equal(7, _scene.Read().Holding.Registry!.Snapshot.Revision);
    }
}
