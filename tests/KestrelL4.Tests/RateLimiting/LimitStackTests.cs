using KestrelL4.RateLimiting;

namespace KestrelL4.Tests.RateLimiting;

public sealed class LimitStackTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public void Acquire_LaterLimitIsFull_BurnsNoWindowPermitOfAnEarlierOne()
    {
        Limit window = Make(RateLimitScope.Node, new RateLimit { ConnectionsPerWindow = 1 });
        Limit concurrency = Make(RateLimitScope.Client, new RateLimit { MaxConcurrentConnections = 1 });
        LimitLease other = new LimitStack(concurrency).Acquire();
        LimitStack stack = new(window, concurrency);

        Assert.Equal(RateLimitScope.Client, stack.Acquire().RefusedBy);

        other.Dispose();
        Assert.True(stack.Acquire().IsAcquired);
    }

    [Fact]
    public void Acquire_LaterWindowIsSpent_RefundsTheEarlierOneAndHoldsNothing()
    {
        Limit first = Make(RateLimitScope.Node, new RateLimit { ConnectionsPerWindow = 1 });
        Limit second = Make(RateLimitScope.Client, new RateLimit { ConnectionsPerWindow = 1, Window = TimeSpan.FromMinutes(1) });
        Assert.True(new LimitStack(second).Acquire().IsAcquired);

        Assert.Equal(RateLimitScope.Client, new LimitStack(first, second).Acquire().RefusedBy);

        Assert.Equal((0, 1), (first.Held, second.Held));
        Assert.True(new LimitStack(first).Acquire().IsAcquired);
    }

    [Fact]
    public void Acquire_EarlierLimitIsFull_LeavesLaterOnesUntouched()
    {
        Limit full = Make(RateLimitScope.Node, new RateLimit { MaxConcurrentConnections = 1 });
        Limit free = Make(RateLimitScope.Client, new RateLimit { MaxConcurrentConnections = 1 });
        LimitStack stack = new(full, free);
        Assert.True(new LimitStack(full).Acquire().IsAcquired);

        LimitLease refused = stack.Acquire();
        refused.Dispose();

        Assert.False(refused.IsAcquired);
        Assert.Equal((1, 0), (full.Held, free.Held));
    }

    [Fact]
    public void Acquire_StackOnAStack_AsksEveryCountBeforeAnyWindow()
    {
        Limit perProcess = Make(RateLimitScope.Node, new RateLimit { ConnectionsPerWindow = 1 });
        Limit perTenant = Make(RateLimitScope.Client, new RateLimit { MaxConcurrentConnections = 1 });
        LimitLease other = new LimitStack(perTenant).Acquire();
        LimitStack nested = new(new LimitStack(perProcess), perTenant);

        Assert.Equal(RateLimitScope.Client, nested.Acquire().RefusedBy);

        other.Dispose();
        using LimitLease lease = nested.Acquire();
        Assert.True(lease.IsAcquired);
        Assert.Equal((1, 1), (perProcess.Held, perTenant.Held));
    }

    [Fact]
    public void Dispose_Twice_GivesThePlacesBackOnce()
    {
        Limit limit = Make(RateLimitScope.Node, new RateLimit { MaxConcurrentConnections = 2 });
        LimitStack stack = new(limit);
        LimitLease first = stack.Acquire();
        using LimitLease second = stack.Acquire();

        first.Dispose();
        first.Dispose();

        Assert.Equal(1, limit.Held);
    }

    [Fact]
    public void Empty_AnyNumber_Admits()
    {
        Assert.All(Enumerable.Range(0, 1_000), static _ => Assert.True(LimitStack.Empty.Acquire().IsAcquired));
    }

    [Fact]
    public async Task Acquire_ConcurrentSchedule_StaysBelowEachNumberAndEndsAtZero()
    {
        int seed = Random.Shared.Next();
        Limit outer = Make(RateLimitScope.Node, new RateLimit { MaxConcurrentConnections = 5 });
        Limit[] inner = [.. Enumerable.Range(1, 3).Select(most => Make(RateLimitScope.Client, new RateLimit { MaxConcurrentConnections = most }))];
        int atOuter = 0;
        int[] atInner = new int[inner.Length];
        int admitted = 0;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            Random random = new(unchecked(seed + worker));
            Stack<(LimitLease Lease, int Inner)> held = [];
            for (int i = 0; i < 2_000 || held.Count > 0; i++)
            {
                if (i < 2_000 && random.Next(2) == 0)
                {
                    int which = random.Next(inner.Length);
                    LimitLease lease = new LimitStack(new LimitStack(outer), inner[which]).Acquire();
                    if (lease.IsAcquired)
                    {
                        Interlocked.Increment(ref admitted);
                        Assert.True(Interlocked.Increment(ref atOuter) <= 5, $"seed {seed}: more than 5 at the outer limit");
                        Assert.True(Interlocked.Increment(ref atInner[which]) <= which + 1, $"seed {seed}: more than {which + 1} at an inner limit");
                        held.Push((lease, which));
                    }
                }
                else if (held.TryPop(out (LimitLease Lease, int Inner) last))
                {
                    Interlocked.Decrement(ref atOuter);
                    Interlocked.Decrement(ref atInner[last.Inner]);
                    last.Lease.Dispose();
                }
            }
        })));

        Assert.True(admitted > 0, $"seed {seed}: nothing was admitted");
        Assert.Equal(0, outer.Held);
        Assert.All(inner, static limit => Assert.Equal(0, limit.Held));
    }

    private Limit Make(RateLimitScope scope, RateLimit numbers) => new(scope, numbers, _time);
}
