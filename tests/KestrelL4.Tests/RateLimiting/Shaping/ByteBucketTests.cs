using KestrelL4.RateLimiting.Shaping;

namespace KestrelL4.Tests.RateLimiting.Shaping;

public sealed class ByteBucketTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1_000)]
    [InlineData(999_999_937)]
    public void TryTake_AnyPattern_IsExactlyBurstPlusRateTimesTime(long rate)
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        ByteBucket bucket = new(Second, now: 0);
        bucket.SetRate(rate, moment: 0);
        int most = (int)Math.Min(rate, 100_000);
        Int128 taken = TakeAll(bucket, most, now: 0);
        Assert.Equal(rate, taken);

        long now = 0;
        for (int look = 0; look < 1_000; look++)
        {
            // Less than the burst, or what is due beyond it would be lost on purpose.
            now += random.NextInt64(Second / 2);
            taken += TakeAll(bucket, most, now);
        }

        Assert.True(taken == rate + ((Int128)rate * now / Second), $"seed {seed}: {taken} of {rate} a second after {now} ticks");
    }

    [Fact]
    public void TryTake_LongPause_SavesOneSecondOnly()
    {
        ByteBucket bucket = new(Second, now: 0);
        bucket.SetRate(500, moment: 0);
        TakeAll(bucket, 1, now: 0);

        Assert.Equal(500, TakeAll(bucket, 1, now: 3600 * Second));
    }

    [Fact]
    public void TryTake_GreatestRateAndLongestPause_DoesNotOverflow()
    {
        ByteBucket bucket = new(Second, now: 0);
        bucket.SetRate(long.MaxValue, moment: 0);
        Assert.True(bucket.TryTake(int.MaxValue, Second / 2));
        bucket.GiveBack(int.MaxValue, long.MaxValue);

        Assert.True(bucket.TryTake(int.MaxValue, long.MaxValue));
        Assert.Equal(0, bucket.TicksUntil(int.MaxValue));
    }

    [Fact]
    public void TryTake_ClockSeemsToGoBack_GivesNothingTwice()
    {
        ByteBucket bucket = new(Second, now: 0);
        bucket.SetRate(10, moment: 0);
        TakeAll(bucket, 1, now: Second);

        Assert.False(bucket.TryTake(1, Second / 2));
        Assert.False(bucket.TryTake(1, Second));
        Assert.True(bucket.TryTake(1, Second + (Second / 10)));
    }

    [Fact]
    public void TicksUntil_NotThereYet_IsTheFirstMomentAtWhichItIs()
    {
        ByteBucket bucket = new(Second, now: 0);
        bucket.SetRate(3, moment: 0);
        TakeAll(bucket, 1, now: 0);

        long first = bucket.TicksUntil(2);

        Assert.Equal(666_666_667, first);
        Assert.False(bucket.TryTake(2, first - 1));
        Assert.True(bucket.TryTake(2, first));
    }

    [Fact]
    public void GiveBack_MoreThanFits_FillsItToTheBurst()
    {
        ByteBucket bucket = new(Second, now: 0);
        bucket.SetRate(100, moment: 0);
        Assert.True(bucket.TryTake(60, 0));

        bucket.GiveBack(60, Second);

        Assert.Equal(100, TakeAll(bucket, 1, Second));
    }

    [Fact]
    public void SetRate_Changed_KeepsWhatIsThereUpToTheNewBurst()
    {
        ByteBucket bucket = new(Second, now: 0);
        bucket.SetRate(100, moment: 0);
        bucket.SetRate(40, moment: 0);
        bucket.SetRate(1_000, moment: 0);

        Assert.Equal(40, TakeAll(bucket, 1, now: 0));
        Assert.Equal(100, TakeAll(bucket, 1, now: Second / 10));
    }

    private static Int128 TakeAll(ByteBucket bucket, int most, long now)
    {
        Int128 taken = 0;
        for (int size = most; size > 0; size = size == 1 ? 0 : (size + 1) / 2)
        {
            while (bucket.TryTake(size, now))
            {
                taken += size;
            }
        }

        return taken;
    }
}
