using KestrelL4.RateLimiting;

namespace KestrelL4.Tests.RateLimiting;

public sealed class LimitTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public void TryHold_AsManyAsMayBe_RefusesUntilOneLeaves()
    {
        Limit limit = new(RateLimitScope.Node, new RateLimit { MaxConcurrentConnections = 2 }, _time);

        Assert.True(limit.TryHold());
        Assert.True(limit.TryHold());
        Assert.False(limit.TryHold());
        limit.Release();
        Assert.True(limit.TryHold());
        Assert.Equal(2, limit.Held);
    }

    [Fact]
    public void TryHold_WithoutNumbers_CountsSoThatLaterNumbersSeeThem()
    {
        Limit limit = new(RateLimitScope.Node, RateLimit.None, _time);
        Assert.True(limit.TryHold());
        Assert.True(limit.TryHold());

        limit.Numbers = new RateLimit { MaxConcurrentConnections = 2 };

        Assert.False(limit.TryHold());
        limit.Release();
        Assert.True(limit.TryHold());
    }

    [Fact]
    public void TryHold_NumberLoweredBelowTheHeld_RefusesUntilEnoughLeft()
    {
        Limit limit = new(RateLimitScope.Node, new RateLimit { MaxConcurrentConnections = 3 }, _time);
        Assert.True(limit.TryHold());
        Assert.True(limit.TryHold());
        Assert.True(limit.TryHold());

        limit.Numbers = new RateLimit { MaxConcurrentConnections = 1 };

        limit.Release();
        Assert.False(limit.TryHold());
        limit.Release();
        Assert.False(limit.TryHold());
        limit.Release();
        Assert.True(limit.TryHold());
    }

    [Fact]
    public void HasRoom_Asked_TakesNothing()
    {
        Limit limit = new(RateLimitScope.Node, new RateLimit { MaxConcurrentConnections = 1, ConnectionsPerWindow = 1 }, _time);

        Assert.True(limit.HasRoom);
        Assert.True(limit.HasRoom);
        Assert.True(limit.TryHold());
        Assert.False(limit.HasRoom);
        Assert.True(limit.TrySpend());
        limit.Release();
        Assert.False(limit.HasRoom);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limit.HasRoom);
    }

    [Fact]
    public void TrySpend_WindowPassed_AdmitsAgain()
    {
        Limit limit = new(RateLimitScope.Node, new RateLimit { ConnectionsPerWindow = 1, Window = TimeSpan.FromSeconds(3) }, _time);
        Assert.True(limit.TrySpend());

        _time.Advance(TimeSpan.FromMilliseconds(2_999));
        Assert.False(limit.TrySpend());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(limit.TrySpend());
    }

    [Fact]
    public void RateLimit_Default_IsAWindowOfOneSecondWithoutNumbers()
    {
        Assert.Equal(new RateLimit { MaxConcurrentConnections = null, ConnectionsPerWindow = null, Window = TimeSpan.FromSeconds(1) }, RateLimit.None);
    }

    [Fact]
    public void IsIdle_HeldOrRemembered_IsFalse()
    {
        Limit limit = new(RateLimitScope.Node, new RateLimit { ConnectionsPerWindow = 1 }, _time);
        Assert.True(limit.IsIdle);

        limit.TryHold();
        Assert.False(limit.IsIdle);
        limit.Release();
        Assert.True(limit.IsIdle);

        limit.TrySpend();
        Assert.False(limit.IsIdle);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limit.IsIdle);
    }

    [Theory]
    [InlineData(RateLimitScope.Source, "source")]
    [InlineData(RateLimitScope.Node, "node")]
    [InlineData(RateLimitScope.Application, "application")]
    [InlineData(RateLimitScope.Client, "client")]
    [InlineData(RateLimitScope.ClientApplication, "client_application")]
    public void Word_Scope_IsTheMetricsLabel(RateLimitScope scope, string word) => Assert.Equal(word, scope.Word());
}
