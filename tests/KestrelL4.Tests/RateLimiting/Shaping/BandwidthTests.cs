using KestrelL4.RateLimiting.Shaping;

namespace KestrelL4.Tests.RateLimiting.Shaping;

public sealed class BandwidthTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);

    private readonly FakeTime _time = new();
    private readonly Bandwidth _bandwidth;

    public BandwidthTests() => _bandwidth = new Bandwidth(_time);

    [Theory]
    [InlineData(50)]
    [InlineData(1_000)]
    [InlineData(10_000_000)]
    [InlineData(1_000_000_000)]
    public async Task TakeAsync_OneBusy_HasBurstAndRateAndNoMore(long rate)
    {
        _bandwidth.SetRate(rate);
        Customer one = new(_bandwidth);

        await RunAsync(TimeSpan.FromSeconds(5), [one], bound: rate);

        Assert.InRange(one.Had, (long)(5.9 * rate), 6 * rate);
    }

    [Theory]
    [InlineData(2, 1_000)]
    [InlineData(3, 50_000)]
    [InlineData(10, 1_000_000)]
    [InlineData(50, 1_000_000)]
    [InlineData(4, 20_000_000)]
    public async Task TakeAsync_SeveralBusy_HaveTheSame(int count, long rate)
    {
        _bandwidth.SetRate(rate);
        Customer[] all = [.. Enumerable.Range(0, count).Select(_ => new Customer(_bandwidth))];
        await all[0].GoOnAsync(rate);
        long burst = all[0].Had;

        await RunAsync(TimeSpan.FromSeconds(10), all, rate);

        double fair = (all.Sum(static each => each.Had) - burst) / (double)count;
        Assert.All(all.Skip(1), each => Assert.InRange(each.Had, 0.97 * fair, 1.03 * fair));
        Assert.InRange(all[0].Had - burst, 0.97 * fair, 1.03 * fair);
    }

    [Fact]
    public async Task TakeAsync_SmallReadsBesideLargeOnes_HaveTheSameBytes()
    {
        _bandwidth.SetRate(1_000_000);
        Customer[] all = [new(_bandwidth, perRead: 700), new(_bandwidth), new(_bandwidth, perRead: 16_000)];
        await all[1].GoOnAsync(1_000_000);
        long burst = all[1].Had;

        await RunAsync(TimeSpan.FromSeconds(10), all, 1_000_000);

        double fair = (all.Sum(static each => each.Had) - burst) / 3.0;
        Assert.InRange(all[0].Had, 0.95 * fair, 1.05 * fair);
        Assert.InRange(all[1].Had - burst, 0.95 * fair, 1.05 * fair);
    }

    [Fact]
    public async Task TakeAsync_SmallBesideBulk_IsNextInLine()
    {
        _bandwidth.SetRate(160_000);
        Customer[] bulk = [.. Enumerable.Range(0, 20).Select(_ => new Customer(_bandwidth))];
        Customer small = new(_bandwidth);
        await RunAsync(TimeSpan.FromSeconds(3), bulk, 160_000);

        for (int exchange = 1; exchange <= 20; exchange++)
        {
            TimeSpan waited = TimeSpan.Zero;
            while (!await small.GoOnAsync(exchange * 100L))
            {
                await RunAsync(Step, bulk, 160_000);
                waited += Step;
            }

            Assert.InRange(waited, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
            await RunAsync(TimeSpan.FromMilliseconds(200), bulk, 160_000);
        }
    }

    [Fact]
    public async Task TakeAsync_SomeEnterAndLeave_TheOthersHaveTheirShareWithinASecond()
    {
        const int Rate = 1_000_000;
        _bandwidth.SetRate(Rate);
        Customer stays = new(_bandwidth);
        Customer visits = new(_bandwidth);
        await RunAsync(TimeSpan.FromSeconds(3), [stays], Rate);

        long before = stays.Had;
        await RunAsync(TimeSpan.FromSeconds(1), [stays, visits], Rate);
        Assert.InRange(stays.Had - before, 0.4 * Rate, 0.6 * Rate);

        // It waits for one more turn, and then for nothing.
        await RunAsync(TimeSpan.FromSeconds(1), [stays], Rate);
        before = stays.Had;
        await RunAsync(TimeSpan.FromSeconds(1), [stays], Rate);
        Assert.InRange(stays.Had - before, 0.95 * Rate, 1.05 * Rate);
    }

    [Fact]
    public async Task TakeAsync_NewcomersWithoutEnd_LeaveTheOthersTheirPart()
    {
        const int Rate = 160_000;
        _bandwidth.SetRate(Rate);
        Customer[] stay = [new(_bandwidth), new(_bandwidth)];
        await RunAsync(TimeSpan.FromSeconds(2), stay, Rate);
        long before = stay[0].Had;

        for (int newcomer = 0; newcomer < 160; newcomer++)
        {
            Customer visits = new(_bandwidth);
            while (visits.Had == 0)
            {
                await visits.GoOnAsync(most: 10_000);
                await RunAsync(Step, stay, Rate);
            }
        }

        Assert.True(stay[0].Had - before > 200_000, $"who stayed had {stay[0].Had - before} bytes");
    }

    [Fact]
    public async Task TakeAsync_ReturnsAfterAPause_HasSavedNothing()
    {
        const int Rate = 160_000;
        _bandwidth.SetRate(Rate);
        Customer busy = new(_bandwidth);
        Customer pauses = new(_bandwidth);
        await RunAsync(TimeSpan.FromSeconds(2), [busy, pauses], Rate);
        while (pauses.IsWaiting)
        {
            await RunAsync(Step, [busy], Rate);
        }

        await pauses.GoOnAsync(pauses.Had + 1);
        await RunAsync(TimeSpan.FromSeconds(30), [busy], Rate);
        (long busyHad, long pausesHad) = (busy.Had, pauses.Had);

        await RunAsync(TimeSpan.FromSeconds(2), [busy, pauses], Rate);

        Assert.InRange((busy.Had - busyHad) / (double)(pauses.Had - pausesHad), 0.75, 1.1);
    }

    [Fact]
    public async Task TakeAsync_Cancelled_LeavesTheLineToTheOthers()
    {
        _bandwidth.SetRate(10);
        await new Customer(_bandwidth).GoOnAsync(10);
        using CancellationTokenSource ending = new();
        Task<int> first = _bandwidth.TakeAsync(new BandwidthShare(_bandwidth), 1, ending.Token).AsTask();
        Task<int> second = _bandwidth.TakeAsync(new BandwidthShare(_bandwidth), 1, CancellationToken.None).AsTask();

        await ending.CancelAsync();
        Assert.Equal(0, await Eventually.WithinAsync(first, "the wait ends"));
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(1, await second);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task SetRate_WhileSomeWait_HoldsForThemToo()
    {
        _bandwidth.SetRate(1);
        await new Customer(_bandwidth).GoOnAsync(1);
        Task<int>[] waiting =
            [.. Enumerable.Range(0, 3).Select(_ => _bandwidth.TakeAsync(new BandwidthShare(_bandwidth), 100, CancellationToken.None).AsTask())];

        _bandwidth.SetRate(1_000);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, await waiting[0]);
        _bandwidth.SetRate(null);

        Assert.Equal(1, await waiting[1]);
        Assert.Equal(1, await waiting[2]);
        Assert.Equal(100_000, await _bandwidth.TakeAsync(new BandwidthShare(_bandwidth), 100_000, CancellationToken.None));
    }

    private async Task RunAsync(TimeSpan span, Customer[] customers, long bound)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < span; passed += Step)
        {
            _time.Advance(Step);
            bool goesOn = true;
            while (goesOn)
            {
                goesOn = false;
                foreach (Customer customer in customers)
                {
                    goesOn |= await customer.TurnAsync();
                }
            }
        }

        double most = bound * (1 + (_time.GetUtcNow() - _time.Start).TotalSeconds);
        Assert.True(customers.Sum(static customer => customer.Had) <= most, "more passed than burst and rate allow");
    }
}
