using KestrelL4.Server.Agent;
using KestrelL4.Testing;

namespace KestrelL4.Server.Tests.Agent;

public sealed class BackoffTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public void Fail_InARow_DoublesUpToAMinuteWithinHalfAndWhole()
    {
        Backoff backoff = new(_time);

        Assert.All(new[] { 1, 2, 4, 8, 16, 32, 60, 60, 60 }, whole => Assert.InRange(backoff.Fail().TotalSeconds, whole / 2.0, whole));
    }

    [Fact]
    public void Fail_AskedToWait_ObeysWithinReason()
    {
        Backoff backoff = new(_time);

        Assert.Equal(TimeSpan.FromSeconds(40), backoff.Fail(TimeSpan.FromSeconds(40)));
        Assert.Equal(TimeSpan.FromMinutes(5), backoff.Fail(TimeSpan.FromDays(1)));
    }

    [Fact]
    public void Left_WhileTimePasses_ShrinksToNothing()
    {
        Backoff backoff = new(_time);
        backoff.Fail(TimeSpan.FromSeconds(40));
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.FromSeconds(10), backoff.Left);

        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.Zero, backoff.Left);
    }

    [Fact]
    public void Reset_AfterFailures_BeginsAnew()
    {
        Backoff backoff = new(_time);
        for (int i = 0; i < 5; i++)
        {
            backoff.Fail();
        }

        backoff.Reset();

        Assert.Equal(TimeSpan.Zero, backoff.Left);
        Assert.InRange(backoff.Fail().TotalSeconds, 0.5, 1);
    }
}
