using KestrelL4.RateLimiting;
using KestrelL4.Registry;
using KestrelL4.Server.Sources;
using KestrelL4.Server.Tests.Configuration;

namespace KestrelL4.Server.Tests.Sources;

public sealed class RegistryFileTests : IDisposable
{
    private readonly ConfigurationFolder _folder = new();

    [Fact]
    public void Snapshot_ClientWithTwoCertificates_IsOneClient()
    {
        RegistrySnapshot snapshot = Snapshot("""{ "Clients": { "bob": { "SerialNumbers": ["0A", "main:0B"], "Applications": ["echo"] } } }""", "5F3A01");

        Client bob = snapshot.Find(CertificateId.Create("main", "A"))!;
        Assert.Same(bob, snapshot.Find(CertificateId.Create("main", "B")));
        Assert.Equal("bob", bob.Name);
        Assert.Equal(["echo"], bob.Grants.Keys);
        Assert.Null(bob.GrantForAll);
        Assert.Equal(3, snapshot.Revision);
    }

    [Fact]
    public void Snapshot_Star_IsAGrantForAllBesideTheNamedOnes()
    {
        Client bob = Only("""{ "SerialNumbers": ["0A"], "Applications": ["*"], "RateLimits": { "echo": { "MaxConcurrentConnections": 5 } } }""");

        Assert.NotNull(bob.GrantForAll);
        Assert.Null(bob.GrantForAll.RateLimit);
        Assert.Equal(5, bob.Grants["ECHO"].RateLimit!.MaxConcurrentConnections);
    }

    [Fact]
    public void Snapshot_GrantWithoutNumbers_LeavesTheApplicationsOwn()
    {
        Client bob = Only("""{ "SerialNumbers": ["0A"], "Applications": ["echo"] }""");

        Assert.Null(bob.Grants["Echo"].RateLimit);
        Assert.Equal(RateLimit.None, bob.RateLimit);
        Assert.False(bob.Disabled);
    }

    [Fact]
    public void Snapshot_DisabledWithLimit_KeepsBoth()
    {
        Client bob = Only("""{ "SerialNumbers": ["0A"], "Applications": ["echo"], "RateLimit": { "ConnectionsPerWindow": 7, "Window": "2s" }, "Disabled": true }""");

        Assert.True(bob.Disabled);
        Assert.Equal(new RateLimit { ConnectionsPerWindow = 7, Window = TimeSpan.FromSeconds(2) }, bob.RateLimit);
    }

    public void Dispose() => _folder.Dispose();

    private Client Only(string client) => Snapshot($$"""{ "Clients": { "bob": {{client}} } }""", "5F3A01").Find(CertificateId.Create("main", "A"))!;

    private RegistrySnapshot Snapshot(string section, string untouched)
    {
        RegistrySnapshot snapshot = RegistryFile.Snapshot(_folder.ReadOver(section).Valid(), revision: 3);
        Assert.Equal("alice", snapshot.Find(CertificateId.Create("main", untouched))?.Name);
        return snapshot;
    }
}
