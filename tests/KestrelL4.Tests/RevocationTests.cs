using KestrelL4.RateLimiting;
using KestrelL4.Registry;
using KestrelL4.Testing.Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Tests;

public sealed class RevocationTests : IDisposable
{
    private static readonly DateTimeOffset ThisUpdate = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Client Alice = Trusted.Client("alice", "echo");

    private static readonly Dictionary<string, ClientTrust> Withdrawn = new()
    {
        ["client removed"] = Trusted.Trust(("60", Trusted.Client("bob", "echo"))),
        ["client disabled"] = Trusted.Trust(("5F", Alice with { Disabled = true })),
        ["certificate moved to another client"] = Trusted.Trust(("5F", Trusted.Client("bob", "echo")), ("60", Alice)),
        ["certificate removed, client stays"] = Trusted.Trust(("60", Alice)),
        ["grant removed"] = Trusted.Trust(("5F", Trusted.Client("alice", "other"))),
        ["every grant removed"] = Trusted.Trust(("5F", Trusted.Client("alice"))),
        ["client authority removed"] = Trusted.Trust(("5F", Alice)) with { Authorities = [] },
        ["client authority replaced by another CA"] = With(new ClientAuthority("main", [.. TestAuthority.CreateRoot().Chain()])),
        ["client authority renamed"] = With(new ClientAuthority("renamed", Trusted.Authority.Chain)),
        ["certificate on the revocation list"] = With(Listed("5F")),
    };

    private static readonly Dictionary<string, ClientTrust> Changed = new()
    {
        ["nothing"] = Trusted.Trust(("5F", Alice)),
        ["client's name in another case"] = Trusted.Trust(("5F", Trusted.Client("Alice", "ECHO"))),
        ["own grant replaced by one for all"] = Trusted.Trust(("5F", Trusted.Client("alice") with { GrantForAll = new Grant() })),
        ["further certificate"] = Trusted.Trust(("5F", Alice), ("60", Alice)),
        ["limits"] = Trusted.Trust(("5F", Limited(new RateLimit { MaxConcurrentConnections = 1 }))),
        ["client authority loaded again"] = With(new ClientAuthority("main", [.. Trusted.Issuer.Chain()])),
        ["client authority renewed with the same key"] = With(new ClientAuthority("main", [ClientTrustTests.Renewed(Trusted.Authority.Chain[0])])),
        ["another certificate on the revocation list"] = With(Listed("60")),
        ["revocation list too old"] = With(
            new ClientAuthority("main", Trusted.Authority.Chain) { RevocationList = Trusted.List(ThisUpdate), MaxRevocationAge = TimeSpan.FromTicks(1) }),
    };

    private readonly Application _application = new("echo", []);
    private readonly ProxiedConnection _connection;

    public RevocationTests()
    {
        _connection = Trusted.Open(_application, Trusted.Certificate("5F"));
        _connection.Client = Alice;
    }

    public static TheoryData<string> Withdrawals => [.. Withdrawn.Keys];

    public static TheoryData<string> Changes => [.. Changed.Keys];

    [Theory]
    [MemberData(nameof(Withdrawals))]
    public void Enforce_Withdrawn_IsCut(string what)
    {
        Assert.Equal(1, Revocation.Enforce(Withdrawn[what], _application));

        Assert.Equal(CloseReason.Revoked, _connection.CloseReason);
        Assert.Equal(0, Revocation.Enforce(Withdrawn[what], _application));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Enforce_NotWithdrawn_GoesOn(string what)
    {
        Assert.Equal(0, Revocation.Enforce(Changed[what], _application));

        Assert.Null(_connection.CloseReason);
    }

    [Fact]
    public void Enforce_GrantForAllTakenBack_IsCut()
    {
        _connection.Client = Trusted.Client("alice") with { GrantForAll = new Grant() };

        Assert.Equal(1, Revocation.Enforce(Trusted.Trust(("5F", Trusted.Client("alice", "other"))), _application));
    }

    [Fact]
    public void Enforce_ApplicationRemovedWithItsGrants_GoesOn()
    {
        _application.IsRemoved = true;

        Assert.Equal(0, Revocation.Enforce(Trusted.Trust(("5F", Trusted.Client("alice"))), _application));
    }

    [Fact]
    public void Enforce_ApplicationAndClientRemoved_IsCut()
    {
        _application.IsRemoved = true;

        Assert.Equal(1, Revocation.Enforce(Trusted.Trust(), _application));
    }

    [Fact]
    public void Enforce_SeveralConnections_CutsThoseOfWhomLosesOnly()
    {
        using ProxiedConnection bobs = Trusted.Open(_application, Trusted.Certificate("60"));
        bobs.Client = Trusted.Client("bob", "echo");

        Assert.Equal(1, Revocation.Enforce(Trusted.Trust(("60", bobs.Client)), _application));

        Assert.Equal((CloseReason.Revoked, null), (_connection.CloseReason, bobs.CloseReason));
    }

    [Fact]
    public void Enforce_NotJudgedYetOrAuthenticatedByOtherMeans_GoesOn()
    {
        using ProxiedConnection inHandshake = _application.Open(ConnectionIds.Next(), null);
        using ProxiedConnection unjudged = Trusted.Open(_application, Trusted.Certificate("60"));

        Revocation.Enforce(Trusted.Trust(), _application);

        Assert.Equal((null, null), (inHandshake.CloseReason, unjudged.CloseReason));
    }

    public void Dispose() => _connection.Dispose();

    private static Client Limited(RateLimit numbers) => Trusted.Client("alice") with
    {
        RateLimit = numbers,
        Grants = new Dictionary<string, Grant> { ["echo"] = new(numbers) },
    };

    private static ClientTrust With(ClientAuthority authority) => Trusted.Trust(("5F", Alice)) with { Authorities = [authority] };

    private static ClientAuthority Listed(string serialNumber) =>
        new("main", Trusted.Authority.Chain) { RevocationList = Trusted.List(ThisUpdate, serialNumber) };
}
