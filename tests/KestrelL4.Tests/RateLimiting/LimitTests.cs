using KestrelL4.RateLimiting;

namespace KestrelL4.Tests.RateLimiting;

public sealed class LimitTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public void Acquire_AsManyAsMayBe_RefusesUntilOneLeaves()
    {
        Limit limit = new(RateLimitScope.Node, new RateLimit { MaxConcurrentConnections = 2 }, _time);
        LimitLease first = Hold(limit);
        Hold(limit);

        Refused(limit);
        first.Dispose();
        Hold(limit);
        Assert.Equal(2, limit.Held);
    }

    [Fact]
    public void Acquire_WithoutNumbers_CountsSoThatLaterNumbersSeeThem()
    {
        Limit limit = new(RateLimitScope.Node, RateLimit.None, _time);
        LimitLease first = Hold(limit);
        Hold(limit);

        limit.Numbers = new RateLimit { MaxConcurrentConnections = 2 };

        Refused(limit);
        first.Dispose();
        Hold(limit);
    }

    [Fact]
    public void Acquire_NumberLoweredBelowTheHeld_RefusesUntilEnoughLeft()
    {
        Limit limit = new(RateLimitScope.Node, new RateLimit { MaxConcurrentConnections = 3 }, _time);
        LimitLease[] held = [Hold(limit), Hold(limit), Hold(limit)];

        limit.Numbers = new RateLimit { MaxConcurrentConnections = 1 };

        held[0].Dispose();
        Refused(limit);
        held[1].Dispose();
        Refused(limit);
        held[2].Dispose();
        Hold(limit);
    }

    [Fact]
    public void HasRoom_Asked_TakesNothing()
    {
        Limit limit = new(RateLimitScope.Node, new RateLimit { MaxConcurrentConnections = 1, ConnectionsPerWindow = 1 }, _time);

        Assert.True(limit.HasRoom);
        Assert.True(limit.HasRoom);
        LimitLease held = Hold(limit);
        Assert.False(limit.HasRoom);
        held.Dispose();
        Assert.False(limit.HasRoom);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limit.HasRoom);
    }

    [Fact]
    public void Acquire_WindowPassed_AdmitsAgain()
    {
        Limit limit = new(RateLimitScope.Node, new RateLimit { ConnectionsPerWindow = 1, Window = TimeSpan.FromSeconds(3) }, _time);
        Hold(limit);

        _time.Advance(TimeSpan.FromMilliseconds(2_999));
        Refused(limit);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Hold(limit);
    }

    [Fact]
    public void RateLimit_Default_IsAWindowOfOneSecondWithoutNumbers()
    {
        RateLimit expected = new()
        {
            MaxConcurrentConnections = null,
            ConnectionsPerWindow = null,
            Window = TimeSpan.FromSeconds(1),
            BytesPerSecond = null,
            WaitUpTo = TimeSpan.Zero,
        };
        Assert.Equal(expected, RateLimit.None);
    }

    [Fact]
    public void IsIdle_HeldOrRemembered_IsFalse()
    {
        Limit limit = new(RateLimitScope.Node, new RateLimit { ConnectionsPerWindow = 1 }, _time);
        Assert.True(limit.IsIdle);

        LimitLease held = Hold(limit);
        Assert.False(limit.IsIdle);
        held.Dispose();
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

    private static LimitLease Hold(Limit limit)
    {
        LimitLease lease = new LimitStack(limit).Acquire();
        Assert.True(lease.IsAcquired);
        return lease;
    }

    private static void Refused(Limit limit) => Assert.Equal(limit.Scope, new LimitStack(limit).Acquire().RefusedBy);
}
