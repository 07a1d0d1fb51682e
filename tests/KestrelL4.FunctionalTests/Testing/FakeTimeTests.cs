namespace KestrelL4.FunctionalTests.Testing;

public sealed class FakeTimeTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public void Advance_SeveralTimersDue_FireInOrderAtTheirOwnMoment()
    {
        List<(string Name, TimeSpan At)> fired = [];
        using ITimer late = Timer("late", TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan, fired);
        using ITimer early = Timer("early", TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan, fired);

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal([("early", TimeSpan.FromSeconds(1)), ("late", TimeSpan.FromSeconds(3))], fired);
        Assert.Equal(TimeSpan.FromSeconds(5), _time.GetElapsedTime(0));
    }

    [Fact]
    public void Advance_PeriodicTimer_FiresOncePerPeriod()
    {
        List<(string Name, TimeSpan At)> fired = [];
        using ITimer timer = Timer("tick", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), fired);

        _time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal([1.0, 3.0, 5.0], fired.Select(firing => firing.At.TotalSeconds));
    }

    [Fact]
    public void Advance_NotYetDue_FiresNothing()
    {
        List<(string Name, TimeSpan At)> fired = [];
        using ITimer timer = Timer("later", TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan, fired);

        _time.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));

        Assert.Empty(fired);
        Assert.Equal(1, _time.ArmedTimers);
    }

    [Fact]
    public void Advance_TimerDisposedByAnother_DoesNotFire()
    {
        List<(string Name, TimeSpan At)> fired = [];
        ITimer second = Timer("second", TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan, fired);
        using ITimer first = _time.CreateTimer(_ => second.Dispose(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.Empty(fired);
    }

    [Fact]
    public async Task Advance_DelayOfThePlatform_Completes()
    {
        Task delay = Task.Delay(TimeSpan.FromMinutes(1), _time);
        Assert.False(delay.IsCompleted);

        _time.Advance(TimeSpan.FromMinutes(1));

        await delay.WaitAsync(TimeSpan.FromSeconds(5));
    }

    private ITimer Timer(string name, TimeSpan due, TimeSpan period, List<(string Name, TimeSpan At)> fired)
        => _time.CreateTimer(_ => fired.Add((name, _time.GetElapsedTime(0))), null, due, period);
}
