using KestrelL4.Protocol.Snapshots;
using KestrelL4.Registry;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Agent.Following;

namespace KestrelL4.Server.Tests.Agent;

public sealed class RegistryConversionTests : IDisposable
{
    private readonly AgentScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Convert_Snapshot_HasItsClientsGrantsAndRevocations()
    {
        HeldRegistry held = Convert(out IReadOnlyList<string> oddities, ("alice", new RegisteredClient
        {
            SerialNumbers = ["authority:5F3A01", "main:0A"],
            Applications = ["echo", "postgres"],
            RateLimit = new RegisteredLimit { ConnectionsPerWindow = 3, Window = TimeSpan.FromSeconds(7) },
            RateLimits = new Dictionary<string, RegisteredLimit> { ["postgres"] = new() { MaxConcurrentConnections = 5 } },
        }));

        Client alice = held.Snapshot.Find(CertificateId.Create("MAIN", "a"))!;
        Assert.Same(alice, held.Snapshot.Find(CertificateId.Create("authority", "5f:3a:01")));
        Assert.Equal((3, TimeSpan.FromSeconds(7)), (alice.RateLimit.ConnectionsPerWindow, alice.RateLimit.Window));
        Assert.Equal(5, alice.Grants["POSTGRES"].RateLimit!.MaxConcurrentConnections);
        Assert.Null(alice.Grants["echo"].RateLimit);
        Assert.Null(alice.GrantForAll);
        Assert.Contains(CertificateId.Create("authority", "BAD"), held.Snapshot.Revoked);
        Assert.Equal((3, 9), (held.Snapshot.Epoch, held.Snapshot.Revision));
        Assert.Empty(oddities);
    }

    [Fact]
    public void Convert_GrantForAll_KeepsTheLimitsOfSome()
    {
        HeldRegistry held = Convert(out _, ("alice", new RegisteredClient
        {
            SerialNumbers = ["authority:1"],
            Applications = ["*"],
            RateLimits = new Dictionary<string, RegisteredLimit> { ["postgres"] = new() { MaxConcurrentConnections = 5 } },
        }));

        Client alice = held.Snapshot.Find("alice")!;
        Assert.NotNull(alice.GrantForAll);
        Assert.Equal("postgres", Assert.Single(alice.Grants).Key);
    }

    [Fact]
    public void Convert_LimitWithoutGrant_GrantsNothing()
    {
        HeldRegistry held = Convert(out _, ("alice", new RegisteredClient
        {
            SerialNumbers = ["authority:1"],
            Applications = [],
            RateLimits = new Dictionary<string, RegisteredLimit> { ["postgres"] = new() { MaxConcurrentConnections = 5 } },
        }));

        Assert.Empty(held.Snapshot.Find("alice")!.Grants);
    }

    [Fact]
    public void Convert_ClientIssuer_LeadsToTheRootUnderTheReservedName()
    {
        HeldRegistry held = Convert(out _);

        var authority = Assert.Single(held.ClientAuthorities);
        Assert.Equal("authority", authority.Name);
        Assert.Equal([_scene.Pki.Clients.Thumbprint, _scene.Pki.Root.Thumbprint], authority.Chain.Select(static link => link.Thumbprint));
    }

    [Fact]
    public void Convert_OddEntries_CostTheirOwnClientAlone()
    {
        HeldRegistry held = Convert(
            out IReadOnlyList<string> oddities,
            ("bad-limit", new RegisteredClient { SerialNumbers = ["authority:1"], Applications = ["echo"], RateLimit = new RegisteredLimit { BytesPerSecond = 0 } }),
            ("bad-serial", new RegisteredClient { SerialNumbers = ["nonsense", "authority:zz", "authority:2"], Applications = ["echo"] }),
            ("twin-1", new RegisteredClient { SerialNumbers = ["authority:3"], Applications = ["echo"] }),
            ("twin-2", new RegisteredClient { SerialNumbers = ["authority:03", "authority:4"], Applications = ["echo"] }),
            ("good", new RegisteredClient { SerialNumbers = ["authority:5"], Applications = ["echo"] }));

        Assert.True(held.Snapshot.Find(CertificateId.Create("authority", "1"))!.Disabled);
        Assert.False(held.Snapshot.Find(CertificateId.Create("authority", "2"))!.Disabled);
        Assert.Null(held.Snapshot.Find(CertificateId.Create("authority", "3")));
        Assert.Equal("twin-2", held.Snapshot.Find(CertificateId.Create("authority", "4"))!.Name);
        Assert.Equal("good", held.Snapshot.Find(CertificateId.Create("authority", "5"))!.Name);
        Assert.Equal(4, oddities.Count);
    }

    [Fact]
    public void Convert_OneOddNameLikeSeveral_GrantsNobodyTheOthers()
    {
        HeldRegistry held = Convert(
            out _,
            ("odd", new RegisteredClient { SerialNumbers = ["authority:1"], Applications = ["echo\npostgres"] }),
            ("empty", new RegisteredClient { SerialNumbers = ["authority:2"], Applications = [""] }),
            ("both", new RegisteredClient { SerialNumbers = ["authority:3"], Applications = ["echo", "postgres"] }),
            ("none", new RegisteredClient { SerialNumbers = ["authority:4"], Applications = [] }));

        Assert.Equal(["echo", "postgres"], held.Snapshot.Find("both")!.Grants.Keys.Order());
        Assert.Equal("echo\npostgres", Assert.Single(held.Snapshot.Find("odd")!.Grants.Keys));
        Assert.Empty(held.Snapshot.Find("none")!.Grants);
    }

    [Fact]
    public void Convert_TwoLimitsForOneApplication_DisablesTheirClientAlone()
    {
        HeldRegistry held = Convert(
            out IReadOnlyList<string> oddities,
            ("twice", new RegisteredClient
            {
                SerialNumbers = ["authority:1"],
                Applications = ["echo"],
                RateLimits = new Dictionary<string, RegisteredLimit> { ["echo"] = new(), ["Echo"] = new() { MaxConcurrentConnections = 1 } },
            }),
            ("good", new RegisteredClient { SerialNumbers = ["authority:2"], Applications = ["echo"] }));

        Assert.True(held.Snapshot.Find("twice")!.Disabled);
        Assert.False(held.Snapshot.Find("good")!.Disabled);
        Assert.Contains("two for one application", Assert.Single(oddities), StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_ForeignOrGarbledIssuer_IsLeftOut()
    {
        Snapshot snapshot = _scene.Pki.SnapshotOf(1, 1) with
        {
            ClientIssuers = [System.Convert.ToBase64String(new AuthorityPki(_scene.Time).Clients.RawData), "AAAA", "%", System.Convert.ToBase64String(_scene.Pki.Clients.RawData)],
        };

        HeldRegistry held = RegistryConversion.Convert(snapshot, _scene.Pki.Root, HoldingSource.Authority, out IReadOnlyList<string> oddities);

        Assert.Single(held.ClientAuthorities);
        Assert.Equal(3, oddities.Count);
    }

    private HeldRegistry Convert(out IReadOnlyList<string> oddities, params (string Name, RegisteredClient Client)[] clients) => RegistryConversion.Convert(
        _scene.Pki.SnapshotOf(3, 9) with { Clients = clients.ToDictionary(static client => client.Name, static client => client.Client) },
        _scene.Pki.Root,
        HoldingSource.Authority,
        out oddities);
}
