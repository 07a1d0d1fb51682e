using KestrelL4.Server.Configuration;
using KestrelL4.Server.YarpBinding;
using KestrelL4.Testing;

namespace KestrelL4.Server.Tests.YarpBinding;

public sealed class QuarantineTests
{
    private static readonly PassiveCheckConfiguration Check = new()
    {
        Failures = 3,
        Quarantine = TimeSpan.FromSeconds(10),
        MaxQuarantine = TimeSpan.FromSeconds(60),
    };

    private readonly FakeTime _time = new();
    private readonly Quarantine _quarantine;

    public QuarantineTests() => _quarantine = new Quarantine(_time);

    [Fact]
    public void Fail_AsOftenAsAllowed_BeginsTheFirstQuarantine()
    {
        Assert.Equal([false, false, true], [_quarantine.Fail(Check), _quarantine.Fail(Check), _quarantine.Fail(Check)]);

        Assert.Equal(TimeSpan.FromSeconds(10), _quarantine.Remaining);
        _time.Advance(TimeSpan.FromSeconds(9.999));
        Assert.Equal(TimeSpan.FromMilliseconds(1), _quarantine.Remaining);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.Zero, _quarantine.Remaining);
    }

    [Fact]
    public void Fail_WhileItLasts_CountsNothing()
    {
        Begin();

        Assert.All(Enumerable.Range(0, 10), _ => Assert.False(_quarantine.Fail(Check)));

        Assert.Equal(TimeSpan.FromSeconds(10), _quarantine.Remaining);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.Zero, _quarantine.Remaining);
    }

    [Fact]
    public void Fail_OnceAfterEachEnd_LastsTwiceAsLongUpToTheMost()
    {
        Begin();

        foreach (int seconds in (int[])[20, 40, 60, 60])
        {
            _time.Advance(_quarantine.Remaining);
            Assert.True(_quarantine.Fail(Check));
            Assert.Equal(TimeSpan.FromSeconds(seconds), _quarantine.Remaining);
        }
    }

    [Fact]
    public void Clear_WhileItLasts_EndsItAndForgetsTheDoubling()
    {
        Begin();
        _time.Advance(_quarantine.Remaining);
        _quarantine.Fail(Check);

        _quarantine.Clear();

        Assert.Equal(TimeSpan.Zero, _quarantine.Remaining);
        Assert.True(_quarantine.IsClean);
        Begin();
        Assert.Equal(TimeSpan.FromSeconds(10), _quarantine.Remaining);
    }

    [Fact]
    public void DoubtSuccess_EachConnectsFirst_CountsThemInARow()
    {
        Assert.False(FailBehindSuccess());
        Assert.False(FailBehindSuccess());
        Assert.True(FailBehindSuccess());
        Assert.Equal(TimeSpan.FromSeconds(10), _quarantine.Remaining);

        _time.Advance(_quarantine.Remaining);

        Assert.True(FailBehindSuccess());
        Assert.Equal(TimeSpan.FromSeconds(20), _quarantine.Remaining);
    }

    [Fact]
    public void DoubtSuccess_LongAfterIt_CountsFromTheBeginning()
    {
        Assert.False(FailBehindSuccess());
        Assert.False(FailBehindSuccess());
        _quarantine.Clear();
        _time.Advance(TimeSpan.FromSeconds(1));

        _quarantine.DoubtSuccess();

        Assert.Equal([false, false, true], [_quarantine.Fail(Check), _quarantine.Fail(Check), _quarantine.Fail(Check)]);
    }

    [Fact]
    public void Clear_BetweenFailures_MakesThemNotInARow()
    {
        _quarantine.Fail(Check);
        _quarantine.Fail(Check);
        Assert.False(_quarantine.IsClean);

        _quarantine.Clear();

        Assert.False(_quarantine.Fail(Check));
        Assert.False(_quarantine.Fail(Check));
        Assert.True(_quarantine.Fail(Check));
    }

    [Fact]
    public void Fail_LongestNumbers_DoesNotRunOver()
    {
        PassiveCheckConfiguration longest = Check with { Failures = 1, Quarantine = TimeSpan.FromTicks(1), MaxQuarantine = TimeSpan.FromDays(3650) };
        TimeSpan last = TimeSpan.Zero;
        for (int count = 0; count < 100; count++)
        {
            Assert.True(_quarantine.Fail(longest));
            Assert.True(_quarantine.Remaining >= last);
            last = _quarantine.Remaining;
            _time.Advance(last);
        }

        Assert.Equal(longest.MaxQuarantine, last);
    }

    private bool FailBehindSuccess()
    {
        _quarantine.Clear();
        _time.Advance(TimeSpan.FromMilliseconds(10));
        _quarantine.DoubtSuccess();
        return _quarantine.Fail(Check);
    }

    private void Begin()
    {
        Assert.False(_quarantine.Fail(Check));
        Assert.False(_quarantine.Fail(Check));
        Assert.True(_quarantine.Fail(Check));
    }
}
