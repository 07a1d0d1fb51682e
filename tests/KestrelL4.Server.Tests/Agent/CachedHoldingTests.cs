using KestrelL4.Protocol;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Agent.Caches;

namespace KestrelL4.Server.Tests.Agent;

public sealed class CachedHoldingTests : IDisposable
{
    private readonly AgentScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Read_NothingKept_GivesNothingAndSaysNothing()
    {
        CachedHolding kept = _scene.Read();

        Assert.Equal((null, null), (kept.Holding.Identity, kept.Holding.Registry));
        Assert.Empty(_scene.Loggers.Warnings);
    }

    [Fact]
    public void Read_WhatAnEarlierProcessKept_GivesBothFromTheCache()
    {
        string thumbprint = Keep(revision: 7);

        CachedHolding kept = _scene.Read();

        Assert.Equal(thumbprint, kept.Holding.Identity!.Context.TargetCertificate.Thumbprint);
        Assert.True(kept.Holding.Identity.Context.TargetCertificate.HasPrivateKey);
        Assert.Equal((7, 1), (kept.Holding.Registry!.Snapshot.Revision, kept.Holding.Registry.Snapshot.Epoch));
        Assert.Equal((HoldingSource.Cache, HoldingSource.Cache), (kept.Holding.IdentitySource, kept.Holding.Registry.Source));
        Assert.Empty(_scene.Loggers.Warnings);
    }

    [Fact]
    public void Keeping_EverySecret_IsForTheOwnerAlone()
    {
        Keep(revision: 7);

        Assert.All(Directory.GetFiles(_scene.CacheDirectory), static file =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_scene.CacheDirectory));
        Assert.DoesNotContain(Directory.GetFiles(_scene.CacheDirectory), static file => file.EndsWith(".new", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("registry.snapshot", "empty")]
    [InlineData("registry.snapshot", "truncated")]
    [InlineData("registry.snapshot", "garbled")]
    [InlineData("registry.snapshot", "flipped")]
    [InlineData("registry.snapshot", "open")]
    [InlineData("registry.snapshot", "directory")]
    [InlineData("identity.pem", "empty")]
    [InlineData("identity.pem", "truncated")]
    [InlineData("identity.pem", "garbled")]
    [InlineData("identity.pem", "open")]
    [InlineData("identity.pem", "directory")]
    [InlineData("record.json", "empty")]
    [InlineData("record.json", "truncated")]
    [InlineData("record.json", "garbled")]
    [InlineData("record.json", "open")]
    [InlineData("record.json", "directory")]
    public void Read_SpoiltFile_GoesOnWithoutItAndNamesIt(string name, string how)
    {
        Keep(revision: 7);
        Spoil(CachePart.All.Single(part => part.Name == name), how);

        CachedHolding kept = _scene.Read();

        Assert.Equal(name != "registry.snapshot", kept.Holding.Registry is not null);
        Assert.Equal(name != "identity.pem", kept.Holding.Identity is not null);
        Assert.Contains(name, Assert.Single(_scene.Loggers.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DirectoryOpenToOthers_BelievesNothing()
    {
        Keep(revision: 7);
        File.SetUnixFileMode(_scene.CacheDirectory, (UnixFileMode)0b111_101_101);

        CachedHolding kept = _scene.Read();

        Assert.Equal((null, null), (kept.Holding.Identity, kept.Holding.Registry));
        Assert.Contains("chmod 700", _scene.Loggers.Warnings[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 6, "f00d", false)]
    [InlineData(1, 7, "f00d", true)]
    [InlineData(1, 7, "beef", false)]
    [InlineData(1, 8, "beef", true)]
    [InlineData(2, 1, "beef", true)]
    public void Read_RegistryBesideRecordOfAnother_IsBelievedUnlessOlder(long epoch, long revision, string fingerprint, bool isBelieved)
    {
        Keep(revision: 7);
        _scene.Overwrite(CachePart.Registry, _scene.Pki.Sign(_scene.Pki.SnapshotOf(epoch, revision, fingerprint)));

        CachedHolding kept = _scene.Read();

        Assert.Equal(isBelieved ? revision : null, kept.Holding.Registry?.Snapshot.Revision);
        Assert.Equal(isBelieved ? revision : 7, kept.Record.Seen!.Revision);
        Assert.Equal(!isBelieved, _scene.Loggers.Warnings.Any(static line => line.Contains("rolled back", StringComparison.Ordinal)));
    }

    [Fact]
    public void Read_OtherRoot_BelievesNothingOfTheFormerAuthority()
    {
        Keep(revision: 7);
        File.WriteAllText(_scene.CaFile, new AuthorityPki(_scene.Time).RootPem);

        CachedHolding kept = _scene.Read();

        Assert.Equal((null, null, null), (kept.Holding.Identity, kept.Holding.Registry, kept.Record.Seen));
        Assert.Equal(2, _scene.Loggers.Warnings.Length);
    }

    [Fact]
    public void Read_RootKnownByItsPin_GoesByTheKeptRootThatMatches()
    {
        Keep(revision: 7);
        _scene.Configuration = _scene.Configuration with { Ca = null, CaPin = CaPin.Of(_scene.Pki.Root) };
        Assert.NotNull(_scene.Read().Holding.Registry);

        _scene.Overwrite(CachePart.Root, new AuthorityPki(_scene.Time).RootPem);
        Assert.Null(_scene.Read().Holding.Registry);
        Assert.Contains("CaPin", Assert.Single(_scene.Loggers.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ExpiredIdentity_IsHeldAllTheSame()
    {
        Keep(revision: 7);
        _scene.Time.Advance(TimeSpan.FromHours(100));

        Assert.True(_scene.Read().Holding.Identity!.NotAfter < _scene.Time.GetUtcNow());
    }

    private string Keep(long revision)
    {
        AgentParts parts = _scene.NewParts();
        _scene.Put(parts, _scene.Pki.SnapshotOf(1, revision));
        return _scene.PutIdentity(parts).Identity.Context.TargetCertificate.Thumbprint;
    }

    private void Spoil(CachePart part, string how)
    {
        string path = _scene.PathOf(part);
        byte[] content = File.ReadAllBytes(path);
        switch (how)
        {
            case "directory":
                File.Delete(path);
                Directory.CreateDirectory(path);
                break;
            case "open":
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
                break;
            case "flipped":
                content[content.Length / 2] ^= 1;
                _scene.Overwrite(part, content);
                break;
            default:
                _scene.Overwrite(part, how switch { "empty" => [], "truncated" => content[..(content.Length / 2)], _ => [.. content.Reverse()] });
                break;
        }
    }
}
