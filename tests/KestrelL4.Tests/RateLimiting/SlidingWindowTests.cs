using KestrelL4.RateLimiting;

namespace KestrelL4.Tests.RateLimiting;

public sealed class SlidingWindowTests
{
    private const int Length = 10;

    [Fact]
    public void TrySpend_EachPermitSlides_ComesBackOnItsOwn()
    {
        SlidingWindow window = new();

        Assert.True(window.TrySpend(0, Length, 2));
        Assert.True(window.TrySpend(4, Length, 2));
        Assert.False(window.TrySpend(9, Length, 2));
        Assert.True(window.TrySpend(10, Length, 2));
        Assert.False(window.TrySpend(13, Length, 2));
        Assert.True(window.TrySpend(14, Length, 2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(40)]
    public void TrySpend_AnySchedule_NoSpanHoldsMoreThanItsNumberAndNoneIsWasted(int permits)
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        SlidingWindow window = new();
        List<long> admitted = [];
        long now = 0;
        for (int i = 0; i < 5_000; i++)
        {
            now += random.Next(3);
            bool mayPass = admitted.Count(moment => moment > now - Length) < permits;
            Assert.True(mayPass == window.TrySpend(now, Length, permits), $"seed {seed}, attempt {i} at {now}: expected {mayPass}");
            if (mayPass)
            {
                admitted.Add(now);
            }

            admitted.RemoveAll(moment => moment <= now - Length);
        }
    }

    [Fact]
    public void TrySpend_NumberRaised_GivesTheDifference()
    {
        SlidingWindow window = new();
        Assert.True(window.TrySpend(0, Length, 1));

        Assert.True(window.TrySpend(1, Length, 3));
        Assert.True(window.TrySpend(1, Length, 3));
        Assert.False(window.TrySpend(1, Length, 3));
    }

    [Fact]
    public void TrySpend_NumberLowered_WaitsUntilFewerRemain()
    {
        SlidingWindow window = new();
        for (int now = 0; now < 5; now++)
        {
            Assert.True(window.TrySpend(now, Length, 5));
        }

        Assert.False(window.TrySpend(13, Length, 1));
        Assert.True(window.TrySpend(14, Length, 1));
    }

    [Fact]
    public void RoomAt_RingWrappedAround_IsWhenTheOldestThatCountsSlidesOut()
    {
        SlidingWindow window = new();
        for (int now = 0; now < 30; now++)
        {
            Assert.True(window.TrySpend(now, Length, 10));
        }

        Assert.False(window.HasRoom(29, Length, 10));
        Assert.Equal(30, window.RoomAt(Length, 10));
        Assert.Equal(37, window.RoomAt(Length, 3));
        Assert.False(window.HasRoom(36, Length, 3));
        Assert.True(window.HasRoom(37, Length, 3));
    }

    [Fact]
    public void RoomAt_PermitsLeft_IsLongPast() => Assert.Equal(long.MinValue, new SlidingWindow().RoomAt(Length, 1));

    [Fact]
    public void IsEmptySince_LastPermitOutOfTheWindow_IsTrue()
    {
        SlidingWindow window = new();
        window.TrySpend(5, Length, 1);

        Assert.False(window.IsEmptySince(4));
        Assert.True(window.IsEmptySince(5));
    }
}
