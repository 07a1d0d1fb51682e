using KestrelL4.Authorization;
using KestrelL4.RateLimiting;
using KestrelL4.Registry;

namespace KestrelL4.Tests.Authorization;

public sealed class AuthorizerTests
{
    private static readonly Grant Own = new(new RateLimit { MaxConcurrentConnections = 1 });
    private static readonly Grant ForAll = new();

    [Fact]
    public void TryAuthorize_NoGrant_IsRefused()
    {
        Assert.False(Authorizer.TryAuthorize(Holding(null), "other", out Grant? grant));
        Assert.Null(grant);
    }

    [Fact]
    public void TryAuthorize_OwnGrant_WinsOverTheOneForAll()
    {
        Assert.True(Authorizer.TryAuthorize(Holding(ForAll), "echo", out Grant? grant));
        Assert.Same(Own, grant);
    }

    [Fact]
    public void TryAuthorize_GrantForAll_AdmitsToEveryOther()
    {
        Assert.True(Authorizer.TryAuthorize(Holding(ForAll), "made-later", out Grant? grant));
        Assert.Same(ForAll, grant);
    }

    [Fact]
    public void TryAuthorize_NameInAnotherCase_IsTheSameApplication()
    {
        Assert.True(Authorizer.TryAuthorize(Holding(null), "ECHO", out Grant? grant));
        Assert.Same(Own, grant);
    }

    private static Client Holding(Grant? forAll) => new()
    {
        Name = "alice",
        Grants = new Dictionary<string, Grant>(StringComparer.OrdinalIgnoreCase) { ["echo"] = Own },
        GrantForAll = forAll,
    };
}
