using System.Net;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Upstreams;

/// <summary>What becomes of upstreams that a change leaves out, moves or brings back.</summary>
public sealed class UpstreamSetReplaceTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly FakeTime _time = new();
    private readonly Upstream _first = Make("a");
    private readonly Upstream _second = Make("b");
    private readonly UpstreamSet _set;

    public UpstreamSetReplaceTests() => _set = new UpstreamSet([_first, _second], _time);

    [Fact]
    public void Replace_OneIsLeftOut_TakesNoMoreAndKeepsWhatItHas()
    {
        Assert.Same(_first, _set.Pick([]));

        _set.Replace([_second]);

        Assert.Equal([_second], _set.All);
        Assert.Equal([_first], _set.Gone);
        Assert.Same(_second, _set.Pick([]));
        Assert.Same(_second, _set.Pick([]));
        Assert.Equal(1, _first.ActiveConnections);
    }

    [Fact]
    public void Replace_OneIsNew_SharesFromTheNextPickOn()
    {
        Upstream third = Make("c");
        Assert.Equal((_first, _second), (_set.Pick([]), _set.Pick([])));

        _set.Replace([_first, _second, third]);

        Assert.Same(third, _set.Pick([]));
        Assert.Empty(_set.Gone);
    }

    [Fact]
    public void Replace_OneThatWentDownIsLeftOutAndComesBack_BeginsHealthy()
    {
        _set.Report(_first, UpstreamHealth.Down, "refused");
        _set.Replace([_second]);
        Assert.Equal(UpstreamHealth.Down, _first.Health);

        _set.Replace([_first, _second]);

        Assert.Equal((UpstreamHealth.Healthy, null), (_first.Health, _first.HealthReason));
        Assert.Same(_first, _set.Pick([]));
    }

    [Fact]
    public void Gone_WithoutConnections_IsRememberedForTenMinutes()
    {
        _set.Replace([_second]);
        _time.Advance(UpstreamSet.Memory - Moment);
        Assert.Equal([_first], _set.Gone);

        _time.Advance(Moment);

        Assert.Empty(_set.Gone);
        Assert.Equal(TimeSpan.FromMinutes(10), UpstreamSet.Memory);
    }

    [Fact]
    public void Gone_WithConnections_IsRememberedForTenMinutesAfterTheLast()
    {
        Assert.Same(_first, _set.Pick([]));
        _set.Replace([_second]);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal([_first], _set.Gone);

        _set.Leave(_first);

        _time.Advance(UpstreamSet.Memory - Moment);
        Assert.Equal([_first], _set.Gone);
        _time.Advance(Moment);
        Assert.Empty(_set.Gone);
    }

    [Fact]
    public void Gone_LeftOutAgainAndAgain_IsOneEntry()
    {
        for (int i = 0; i < 3; i++)
        {
            _set.Replace([_second]);
            _set.Replace([_first, _second]);
            Assert.Empty(_set.Gone);
        }

        _set.Replace([_second]);
        _set.Replace([_second]);

        Assert.Equal([_first], _set.Gone);
    }

    [Fact]
    public void Find_NameAndAddress_IsTheSameWhetherConfiguredOrGone()
    {
        Assert.Same(_first, _set.Find("A", Address(1)));
        Assert.Null(_set.Find("a", Address(2)));
        Assert.Null(_set.Find("c", Address(1)));

        _set.Replace([_second]);
        Assert.Same(_first, _set.Find("a", Address(1)));

        _time.Advance(UpstreamSet.Memory);
        Assert.Null(_set.Find("a", Address(1)));
    }

    [Fact]
    public void Look_HoweverOften_TellsWhomThePickTakesAndCountsNothing()
    {
        Assert.Same(_first, _set.Look().Upstream);
        Assert.Same(_first, _set.Look().Upstream);
        Assert.Equal(0, _first.ActiveConnections);

        Assert.Same(_first, _set.Pick([]));

        Assert.Same(_second, _set.Look().Upstream);
        _set.Replace([]);
        Assert.Null(_set.Look().Upstream);
    }

    [Fact]
    public void Pick_Draining_IsPassedOverUntilItDrainsNoMore()
    {
        _first.IsDraining = true;
        Assert.Same(_second, _set.Pick([]));
        Assert.Same(_second, _set.Pick([]));
        Assert.Null(_set.Pick([_second]));

        _first.IsDraining = false;

        Assert.Same(_first, _set.Pick([]));
    }

    [Fact]
    public void Pick_SettingsChange_HoldFromTheNextPick()
    {
        _first.Weight = 0;
        Assert.Same(_second, _set.Pick([]));
        (_first.Weight, _second.IsBackup) = (1, true);
        Assert.Same(_first, _set.Pick([]));
        _first.MaxConnections = 1;

        Assert.Same(_second, _set.Pick([]));
    }

    [Fact]
    public async Task Pick_WeightBecomesZeroMeanwhile_GoesOnTakingTurns()
    {
        using CancellationTokenSource enough = new(TimeSpan.FromMilliseconds(500));
        Task toggling = Task.Run(() =>
        {
            while (!enough.IsCancellationRequested)
            {
                _first.Weight = 1 - _first.Weight;
            }
        });
        while (!enough.IsCancellationRequested)
        {
            _set.Leave(_set.Pick([])!);
        }

        await toggling;
        _first.Weight = 1;

        Assert.True(double.IsFinite(_first.Turn + _second.Turn), $"the turns are {_first.Turn} and {_second.Turn}");
    }

    private static IPEndPoint Address(int port) => new(IPAddress.Loopback, port);

    private static Upstream Make(string name) => new(name, Address(1 + name[0] - 'a'));
}
