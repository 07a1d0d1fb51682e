using KestrelL4.RateLimiting;

namespace KestrelL4.Tests.RateLimiting.Waiting;

public sealed class LimitLineTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly FakeTime _time = new();

    [Fact]
    public async Task AcquireAsync_PlaceFree_DoesNotWait()
    {
        Limit limit = Make(new RateLimit { MaxConcurrentConnections = 1, WaitUpTo = Long });

        ValueTask<LimitLease> lease = new LimitStack(limit).AcquireAsync();

        Assert.True(lease.IsCompletedSuccessfully);
        Assert.True((await lease).IsAcquired);
        Assert.Equal((1, 0), (limit.Held, _time.ArmedTimers));
    }

    [Fact]
    public async Task AcquireAsync_Full_AreAdmittedInOrderOfArrival()
    {
        Limit limit = Make(new RateLimit { MaxConcurrentConnections = 3, WaitUpTo = Long });
        LimitLease[] held = [Hold(limit), Hold(limit), Hold(limit)];
        Task<LimitLease>[] waiting = [Wait(limit), Wait(limit), Wait(limit)];
        Assert.Equal(3, limit.Waiting);

        for (int next = 0; next < 3; next++)
        {
            held[next].Dispose();
            Assert.True((await SoonAsync(waiting[next])).IsAcquired);
            Assert.All(waiting.Skip(next + 1), static later => Assert.False(later.IsCompleted));
        }

        Assert.Equal((3, 0), (limit.Held, limit.Waiting));
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public void Acquire_SomebodyWaits_DoesNotOvertake()
    {
        Limit limit = Make(new RateLimit { MaxConcurrentConnections = 1, WaitUpTo = Long });
        LimitLease held = Hold(limit);
        Task<LimitLease> waiting = Wait(limit);

        held.Dispose();

        Assert.True(waiting.IsCompleted);
        Assert.False(new LimitStack(limit).Acquire().IsAcquired);
    }

    [Theory]
    [InlineData(2, null)]
    [InlineData(null, 3)]
    public async Task AcquireAsync_AsManyWaitAsTheNumber_RefusesOneMoreAtOnce(int? most, int? permits)
    {
        Limit limit = Make(new RateLimit
        {
            MaxConcurrentConnections = most,
            ConnectionsPerWindow = permits,
            Window = TimeSpan.FromHours(1),
            WaitUpTo = Long,
        });
        int number = most ?? permits!.Value;
        for (int held = 0; held < number; held++)
        {
            Hold(limit);
        }

        Task<LimitLease>[] waiting = [.. Enumerable.Range(0, number).Select(_ => Wait(limit))];
        Task<LimitLease> oneMore = Wait(limit);

        Assert.True(oneMore.IsCompleted);
        Assert.Equal(RateLimitScope.Node, (await oneMore).RefusedBy);
        Assert.All(waiting, static each => Assert.False(each.IsCompleted));
    }

    [Fact]
    public async Task AcquireAsync_NoPlaceInTime_IsRefusedThenAndLeavesNoTrace()
    {
        Limit limit = Make(new RateLimit { MaxConcurrentConnections = 1, WaitUpTo = TimeSpan.FromSeconds(5) });
        LimitLease held = Hold(limit);
        Task<LimitLease> waiting = Wait(limit);

        _time.Advance(TimeSpan.FromMilliseconds(4_999));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(RateLimitScope.Node, (await SoonAsync(waiting)).RefusedBy);
        Assert.Equal((1, 0, 0), (limit.Held, limit.Waiting, _time.ArmedTimers));
        held.Dispose();
        Assert.True(limit.IsIdle);
    }

    [Fact]
    public async Task AcquireAsync_WindowSpent_IsAdmittedTheMomentItHasSlid()
    {
        Limit limit = Make(new RateLimit { ConnectionsPerWindow = 2, Window = TimeSpan.FromSeconds(10), WaitUpTo = Long });
        Hold(limit);
        _time.Advance(TimeSpan.FromSeconds(4));
        Hold(limit);
        Task<LimitLease>[] waiting = [Wait(limit), Wait(limit)];

        _time.Advance(TimeSpan.FromMilliseconds(5_999));
        Assert.False(waiting[0].IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True((await SoonAsync(waiting[0])).IsAcquired);
        _time.Advance(TimeSpan.FromMilliseconds(3_999));
        Assert.False(waiting[1].IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True((await SoonAsync(waiting[1])).IsAcquired);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task AcquireAsync_Cancelled_LeavesTheLineToTheOthers()
    {
        Limit limit = Make(new RateLimit { MaxConcurrentConnections = 2, WaitUpTo = Long });
        LimitLease held = Hold(limit);
        Hold(limit);
        using CancellationTokenSource gone = new();
        Task<LimitLease> first = new LimitStack(limit).AcquireAsync(gone.Token).AsTask();
        Task<LimitLease> second = Wait(limit);

        await gone.CancelAsync();
        Assert.False((await SoonAsync(first)).IsAcquired);
        held.Dispose();

        Assert.True((await SoonAsync(second)).IsAcquired);
        Assert.Equal((2, 0), (limit.Held, limit.Waiting));
    }

    [Fact]
    public async Task Numbers_Raised_AdmitThoseWhoWait()
    {
        Limit limit = Make(new RateLimit { MaxConcurrentConnections = 2, WaitUpTo = Long });
        Hold(limit);
        Hold(limit);
        Task<LimitLease>[] waiting = [Wait(limit), Wait(limit)];

        limit.Numbers = new RateLimit { MaxConcurrentConnections = 3, WaitUpTo = Long };
        Assert.True((await SoonAsync(waiting[0])).IsAcquired);
        Assert.False(waiting[1].IsCompleted);
        limit.Numbers = RateLimit.None;

        Assert.True((await SoonAsync(waiting[1])).IsAcquired);
        Assert.Equal(4, limit.Held);
    }

    private static LimitLease Hold(Limit limit)
    {
        LimitLease lease = new LimitStack(limit).Acquire();
        Assert.True(lease.IsAcquired);
        return lease;
    }

    private static Task<LimitLease> Wait(Limit limit) => new LimitStack(limit).AcquireAsync().AsTask();

    private static Task<LimitLease> SoonAsync(Task<LimitLease> waiting) => Eventually.WithinAsync(waiting, "the wait ends");

    private Limit Make(RateLimit numbers) => new(RateLimitScope.Node, numbers, _time);
}
