using System.Collections.Concurrent;
using KestrelL4.RateLimiting;

namespace KestrelL4.Tests.RateLimiting.Waiting;

/// <summary>Waiting at several limits: nobody holds a place while it waits, and nobody is forgotten.</summary>
public sealed class LimitTurnTests
{
    private readonly FakeTime _time = new() { Early = TimeSpan.FromMilliseconds(3) };

    [Fact]
    public async Task AcquireAsync_WaitsAtOneLimit_HoldsNoPlaceInTheOthers()
    {
        Limit node = Make(RateLimitScope.Node, 1, wait: 60);
        Limit alice = Make(RateLimitScope.Client, 1, wait: 60);
        Limit bob = Make(RateLimitScope.Client, 1, wait: 60);
        LimitLease aliceHolds = new LimitStack(alice).Acquire();
        Task<LimitLease> aliceWaits = new LimitStack(node, alice).AcquireAsync().AsTask();

        LimitLease bobHolds = new LimitStack(node, bob).Acquire();

        Assert.True(bobHolds.IsAcquired);
        aliceHolds.Dispose();
        Assert.Equal((1, 0), (node.Waiting, alice.Held));
        bobHolds.Dispose();
        Assert.True((await SoonAsync(aliceWaits)).IsAcquired);
        Assert.Equal((1, 1), (node.Held, alice.Held));
    }

    [Fact]
    public async Task AcquireAsync_TwoNeedEachOthersLimits_BothGetIn()
    {
        // Two at each, so that there is room for two in each line.
        Limit first = Make(RateLimitScope.Node, 2, wait: 60);
        Limit second = Make(RateLimitScope.Client, 2, wait: 60);
        using LimitLease stays = new LimitStack(first, second).Acquire();
        LimitLease holdsFirst = new LimitStack(first).Acquire();
        LimitLease holdsSecond = new LimitStack(second).Acquire();
        Task<LimitLease> one = new LimitStack(first, second).AcquireAsync().AsTask();
        Task<LimitLease> other = new LimitStack(second, first).AcquireAsync().AsTask();

        holdsSecond.Dispose();
        holdsFirst.Dispose();

        LimitLease in1 = await SoonAsync(one);
        Assert.True(in1.IsAcquired);
        Assert.False(other.IsCompleted);
        in1.Dispose();
        Assert.True((await SoonAsync(other)).IsAcquired);
    }

    [Fact]
    public async Task AcquireAsync_TimerFiresEarly_RefusesWhenTheTimeIsUp()
    {
        Limit limit = Make(RateLimitScope.Client, 1, wait: 5);
        using LimitLease held = new LimitStack(limit).Acquire();
        Task<LimitLease> waiting = new LimitStack(limit).AcquireAsync().AsTask();

        _time.Advance(TimeSpan.FromMilliseconds(4_999));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(RateLimitScope.Client, (await SoonAsync(waiting)).RefusedBy);
        Assert.Equal(0, limit.Waiting);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 2)]
    [InlineData(9, 8)]
    public async Task Numbers_WaitUpToChangesWhileSomebodyWaits_HoldsFromItsArrival(int seconds, int left)
    {
        Limit limit = Make(RateLimitScope.Client, 1, wait: 5);
        using LimitLease held = new LimitStack(limit).Acquire();
        Task<LimitLease> waiting = new LimitStack(limit).AcquireAsync().AsTask();
        _time.Advance(TimeSpan.FromSeconds(1));

        limit.Numbers = limit.Numbers with { WaitUpTo = TimeSpan.FromSeconds(seconds) };

        if (left > 0)
        {
            _time.Advance(TimeSpan.FromMilliseconds((left * 1_000) - 1));
            Assert.False(waiting.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal(RateLimitScope.Client, (await SoonAsync(waiting)).RefusedBy);
        Assert.Equal((0, 0), (limit.Waiting, _time.ArmedTimers));
    }

    [Fact]
    public async Task AcquireAsync_OneLimitDoesNotWait_RefusesByThatOneAtOnce()
    {
        Limit node = Make(RateLimitScope.Node, 1, wait: 60);
        Limit client = Make(RateLimitScope.Client, 1, wait: 0);
        using LimitLease held = new LimitStack(node, client).Acquire();

        Task<LimitLease> refused = new LimitStack(node, client).AcquireAsync().AsTask();

        Assert.True(refused.IsCompleted);
        Assert.Equal(RateLimitScope.Client, (await refused).RefusedBy);
    }

    [Fact]
    public async Task AcquireAsync_GoesOverToAnotherLine_WaitsNoLongerInAll()
    {
        Limit node = Make(RateLimitScope.Node, 1, wait: 10);
        Limit client = Make(RateLimitScope.Client, 1, wait: 4);
        LimitLease holdsNode = new LimitStack(node).Acquire();
        using LimitLease holdsClient = new LimitStack(client).Acquire();
        Task<LimitLease> waiting = new LimitStack(node, client).AcquireAsync().AsTask();

        _time.Advance(TimeSpan.FromSeconds(3));
        holdsNode.Dispose();
        Assert.Equal((0, 1), (node.Waiting, client.Waiting));
        _time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(RateLimitScope.Client, (await SoonAsync(waiting)).RefusedBy);
        Assert.Equal((0, 1), (node.Held, client.Held));
    }

    [Fact]
    public async Task AcquireAsync_FirstInLineIsHeldBackElsewhere_LetsTheNextGo()
    {
        Limit node = Make(RateLimitScope.Node, 1, wait: 60);
        Limit alice = Make(RateLimitScope.Client, 1, wait: 60);
        LimitLease holdsNode = new LimitStack(node).Acquire();
        LimitLease holdsAlice = new LimitStack(alice).Acquire();
        node.Numbers = node.Numbers with { MaxConcurrentConnections = 2 };
        using LimitLease second = new LimitStack(node).Acquire();
        Task<LimitLease> aliceWaits = new LimitStack(node, alice).AcquireAsync().AsTask();
        Task<LimitLease> bobWaits = new LimitStack(node).AcquireAsync().AsTask();

        holdsNode.Dispose();

        LimitLease bob = await SoonAsync(bobWaits);
        Assert.True(bob.IsAcquired);
        Assert.False(aliceWaits.IsCompleted);
        holdsAlice.Dispose();
        bob.Dispose();
        Assert.True((await SoonAsync(aliceWaits)).IsAcquired);
    }

    [Fact]
    public async Task AcquireAsync_Hammered_EveryWaitEndsAndNothingIsLeft()
    {
        int seed = Random.Shared.Next();
        Limit outer = new(RateLimitScope.Node, new RateLimit { MaxConcurrentConnections = 4, WaitUpTo = TimeSpan.FromMinutes(5) });
        Limit[] inner =
        [
            new(RateLimitScope.Client, new RateLimit { MaxConcurrentConnections = 2, WaitUpTo = TimeSpan.FromMinutes(5) }),
            new(RateLimitScope.Client, new RateLimit { ConnectionsPerWindow = 20, Window = TimeSpan.FromMilliseconds(20), WaitUpTo = TimeSpan.FromMilliseconds(10) }),
            new(RateLimitScope.Client, new RateLimit { MaxConcurrentConnections = 3, ConnectionsPerWindow = 50, Window = TimeSpan.FromMilliseconds(10), WaitUpTo = TimeSpan.FromMinutes(5) }),
        ];
        int inside = 0;
        int admitted = 0;

        Task[] workers = [.. Enumerable.Range(0, 12).Select(worker => Task.Run(async () =>
        {
            Random random = new(unchecked(seed + worker));
            for (int i = 0; i < 300; i++)
            {
                using CancellationTokenSource gone = new();
                LimitStack stack = new(outer, inner[random.Next(inner.Length)]);
                Task<LimitLease> waiting = stack.AcquireAsync(gone.Token).AsTask();
                if (random.Next(8) == 0)
                {
                    await gone.CancelAsync();
                }

                using LimitLease lease = await waiting;
                if (lease.IsAcquired)
                {
                    Interlocked.Increment(ref admitted);
                    Assert.True(Interlocked.Increment(ref inside) <= 4, $"seed {seed}: more than 4 inside");
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                }
            }
        }))];
        await Task.WhenAll(workers).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.True(admitted > 300, $"seed {seed}: only {admitted} were admitted");
        Assert.All(inner.Append(outer), static limit => Assert.Equal((0, 0), (limit.Held, limit.Waiting)));
    }

    [Fact]
    public async Task AcquireAsync_ManyArriveWhileOthersLeave_KeepTheirOrder()
    {
        const int Many = 500;
        Limit limit = new(RateLimitScope.Node, new RateLimit { MaxConcurrentConnections = 1, WaitUpTo = TimeSpan.FromMinutes(5) });
        LimitLease first = new LimitStack(limit).Acquire();
        limit.Numbers = limit.Numbers with { MaxConcurrentConnections = Many };
        LimitLease[] crowd = [.. Enumerable.Range(1, Many - 1).Select(_ => new LimitStack(limit).Acquire())];
        Task<LimitLease>[] waiting = [.. Enumerable.Range(0, Many).Select(_ => new LimitStack(limit).AcquireAsync().AsTask())];
        ConcurrentQueue<LimitLease> leaving = new(crowd.Prepend(first));

        Task[] leavers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            while (leaving.TryDequeue(out LimitLease? lease))
            {
                lease.Dispose();

                // Under the gate the answers are given in order, so there is never a gap.
                lock (Limit.Gate)
                {
                    int answered = waiting.TakeWhile(static each => each.IsCompleted).Count();
                    Assert.True(waiting.Skip(answered).All(static each => !each.IsCompleted), "somebody was overtaken");
                }
            }
        }))];
        await Task.WhenAll(leavers).WaitAsync(TimeSpan.FromMinutes(1));

        foreach (Task<LimitLease> each in waiting)
        {
            Assert.True((await SoonAsync(each)).IsAcquired);
        }

        Assert.Equal((Many, 0), (limit.Held, limit.Waiting));
    }

    private static Task<LimitLease> SoonAsync(Task<LimitLease> waiting) => Eventually.WithinAsync(waiting, "the wait ends");

    private Limit Make(RateLimitScope scope, int most, int wait) =>
        new(scope, new RateLimit { MaxConcurrentConnections = most, WaitUpTo = TimeSpan.FromSeconds(wait) }, _time);
}
