using KestrelL4.RateLimiting;

namespace KestrelL4.Tests.RateLimiting;

public sealed class PermitMemoryTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly RateLimit Numbers = new() { ConnectionsPerWindow = 10, Window = Hour };

    private readonly FakeTime _time = new();

    [Fact]
    public void Restore_NodeWasDown_PermitsWentOnAgeing()
    {
        Limit before = new(RateLimitScope.Node, Numbers, _time);
        Spend(before, 4);
        _time.Advance(Hour / 2);
        Spend(before, 6);
        IReadOnlyList<PermitGroup> kept = before.Memory.Permits(most: 256);

        FakeTime later = new(_time.GetUtcNow() + (Hour / 4));
        Limit after = new(RateLimitScope.Node, Numbers, later);
        Assert.Equal(10, after.Memory.Restore(kept, most: 1_000));

        Assert.False(after.HasRoom);
        later.Advance((Hour / 4) - TimeSpan.FromTicks(1));
        Assert.False(after.HasRoom);
        later.Advance(TimeSpan.FromTicks(1));
        Spend(after, 4);
        Assert.False(after.HasRoom);
        later.Advance(Hour / 2);
        Spend(after, 6);
        Assert.False(after.HasRoom);
    }

    [Fact]
    public void Restore_ClockWasSetBack_KeepsNobodyOutForLongerThanTheWindow()
    {
        PermitGroup[] future = [new(_time.GetUtcNow() + TimeSpan.FromDays(300), 10)];
        Limit limit = new(RateLimitScope.Node, Numbers, _time);

        limit.Memory.Restore(future, most: 1_000);

        Assert.False(limit.HasRoom);
        _time.Advance(Hour);
        Assert.True(limit.HasRoom);
    }

    [Fact]
    public void Restore_PermitsOutOfTheWindow_AreDropped()
    {
        Limit limit = new(RateLimitScope.Node, Numbers, _time);

        Assert.Equal(2, limit.Memory.Restore([new(_time.GetUtcNow() - Hour, 8), new(_time.GetUtcNow() - (Hour / 2), 2)], most: 1_000));

        Spend(limit, 8);
        Assert.False(limit.HasRoom);
    }

    [Theory]
    [InlineData(1_000, 10)]
    [InlineData(7, 7)]
    public void Restore_MoreThanTheNumberOrTheBound_TakesTheLatestOnly(int most, int taken)
    {
        Limit limit = new(RateLimitScope.Node, Numbers, _time);

        Assert.Equal(taken, limit.Memory.Restore([new(_time.GetUtcNow() - (Hour / 2), int.MaxValue), new(_time.GetUtcNow(), 5)], most));

        _time.Advance(Hour / 2);
        Spend(limit, 5);
        Assert.False(limit.HasRoom);
    }

    [Fact]
    public void Permits_MoreThanGroups_CountAsLongAsTheYoungestOfTheirGroup()
    {
        Limit limit = new(RateLimitScope.Node, Numbers, _time);
        for (int permit = 0; permit < 10; permit++)
        {
            Spend(limit, 1);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        IReadOnlyList<PermitGroup> kept = limit.Memory.Permits(most: 4);

        Assert.Equal([3, 3, 3, 1], kept.Select(static group => group.Count));
        Assert.Equal([2, 5, 8, 9], kept.Select(group => (group.At - _time.Start).TotalSeconds));
    }

    [Fact]
    public void HasSpentSince_AMoment_TellsOfItAndLater()
    {
        Limit limit = new(RateLimitScope.Node, Numbers, _time);
        Assert.False(limit.Memory.HasSpentSince(long.MinValue));
        _time.Advance(Hour);
        Spend(limit, 1);

        Assert.True(limit.Memory.HasSpentSince(_time.GetTimestamp()));
        Assert.False(limit.Memory.HasSpentSince(_time.GetTimestamp() + 1));
    }

    [Theory]
    [InlineData(null, 3600, false)]
    [InlineData(1, 2, false)]
    [InlineData(1, 3, true)]
    public void IsWorthKeeping_LongWindowWithANumber_Is(int? permits, int seconds, bool isWorth)
    {
        RateLimit numbers = new() { ConnectionsPerWindow = permits, Window = TimeSpan.FromSeconds(seconds) };

        Assert.Equal(isWorth, new Limit(RateLimitScope.Node, numbers, _time).Memory.IsWorthKeeping);
    }

    private static void Spend(Limit limit, int count)
    {
        for (int permit = 0; permit < count; permit++)
        {
            LimitLease lease = new LimitStack(limit).Acquire();
            Assert.True(lease.IsAcquired);
            lease.Dispose();
        }
    }
}
