using KestrelL4.RateLimiting;
using KestrelL4.Registry;

namespace KestrelL4.Tests.RateLimiting;

public sealed class ClientLimitsTests
{
    private static readonly RateLimit One = new() { MaxConcurrentConnections = 1 };
    private static readonly RateLimit Two = new() { MaxConcurrentConnections = 2 };

    [Fact]
    public void For_GrantWithNumbers_ReplacesTheApplicationsWhole()
    {
        ClientLimits limits = new(RateLimit.None, new FakeTime());
        Grant grant = new(new RateLimit { ConnectionsPerWindow = 100 });

        LimitStack stack = limits.For(Named("alice"), grant, "echo", One);

        Assert.All(Enumerable.Range(0, 3), _ => Assert.True(stack.Acquire().IsAcquired));
    }

    [Fact]
    public void For_GrantWithoutNumbers_TakesTheApplications()
    {
        ClientLimits limits = new(RateLimit.None, new FakeTime());

        LimitStack stack = limits.For(Named("alice"), new Grant(), "echo", One);

        Assert.True(stack.Acquire().IsAcquired);
        Assert.Equal(RateLimitScope.ClientApplication, stack.Acquire().RefusedBy);
    }

    [Fact]
    public void For_NamesInAnotherCase_AreTheSameParty()
    {
        ClientLimits limits = new(RateLimit.None, new FakeTime());
        using LimitLease held = limits.For(Named("Alice"), new Grant(), "Echo", One).Acquire();

        Assert.Equal(RateLimitScope.ClientApplication, limits.For(Named("aLICE"), new Grant(), "eCHO", One).Acquire().RefusedBy);
    }

    [Fact]
    public void For_TwoApplications_ShareTheClientsOwnNumbersOnly()
    {
        ClientLimits limits = new(RateLimit.None, new FakeTime());
        Client alice = Named("alice") with { RateLimit = Two };

        using LimitLease first = limits.For(alice, new Grant(), "echo", One).Acquire();
        using LimitLease second = limits.For(alice, new Grant(), "other", One).Acquire();

        Assert.True(second.IsAcquired);
        Assert.Equal(RateLimitScope.Client, limits.For(alice, new Grant(), "third", One).Acquire().RefusedBy);
        Assert.True(limits.For(Named("bob"), new Grant(), "third", One).Acquire().IsAcquired);
    }

    [Fact]
    public void For_AllClients_ShareTheNodesNumbers()
    {
        ClientLimits limits = new(Two, new FakeTime());
        using LimitLease alice = limits.For(Named("alice"), new Grant(), "echo", RateLimit.None).Acquire();
        using LimitLease bob = limits.For(Named("bob"), new Grant(), "other", RateLimit.None).Acquire();

        Assert.Equal(RateLimitScope.Node, limits.For(Named("carol"), new Grant(), "echo", RateLimit.None).Acquire().RefusedBy);
    }

    [Fact]
    public void Node_NumbersChange_CountTheOpenConnections()
    {
        ClientLimits limits = new(RateLimit.None, new FakeTime());
        using LimitLease held = limits.For(Named("alice"), new Grant(), "echo", RateLimit.None).Acquire();
        Assert.Equal((RateLimitScope.Node, 1), (limits.Node.Scope, limits.Node.Held));

        limits.Node.Numbers = One;
        Assert.Equal(RateLimitScope.Node, limits.For(Named("bob"), new Grant(), "echo", RateLimit.None).Acquire().RefusedBy);

        limits.Node.Numbers = Two;
        Assert.True(limits.For(Named("bob"), new Grant(), "echo", RateLimit.None).Acquire().IsAcquired);
    }

    [Fact]
    public void For_ClientsOwnNumbersChange_CountTheOpenConnections()
    {
        ClientLimits limits = new(RateLimit.None, new FakeTime());
        using LimitLease held = limits.For(Named("alice"), new Grant(), "echo", RateLimit.None).Acquire();
        Client limited = Named("alice") with { RateLimit = One };

        Assert.Equal(RateLimitScope.Client, limits.For(limited, new Grant(), "other", RateLimit.None).Acquire().RefusedBy);

        held.Dispose();
        Assert.True(limits.For(limited, new Grant(), "other", RateLimit.None).Acquire().IsAcquired);
    }

    [Fact]
    public void For_GrantsNumbersChange_CountTheOpenConnectionsOfThatApplication()
    {
        ClientLimits limits = new(RateLimit.None, new FakeTime());
        using LimitLease first = limits.For(Named("alice"), new Grant(Two), "echo", RateLimit.None).Acquire();
        using LimitLease second = limits.For(Named("alice"), new Grant(Two), "echo", RateLimit.None).Acquire();

        Assert.Equal(RateLimitScope.ClientApplication, limits.For(Named("alice"), new Grant(One), "echo", RateLimit.None).Acquire().RefusedBy);

        Assert.True(limits.For(Named("alice"), new Grant(One), "other", RateLimit.None).Acquire().IsAcquired);
        Assert.True(limits.For(Named("alice"), new Grant(), "echo", RateLimit.None).Acquire().IsAcquired);
    }

    private static Client Named(string name) => new() { Name = name, Grants = new Dictionary<string, Grant>() };
}
