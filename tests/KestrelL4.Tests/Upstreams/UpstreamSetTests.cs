using System.Net;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Upstreams;

public sealed class UpstreamSetTests
{
    [Fact]
    public void Pick_EqualAndHeld_AlternatesExactly()
    {
        UpstreamSet set = Of(Make("a"), Make("b"));

        Assert.Equal("ababababab", Held(set, 10));
    }

    [Fact]
    public void Pick_EqualAndLeftAtOnce_AlternatesExactly()
    {
        UpstreamSet set = Of(Make("a"), Make("b"), Make("c"));

        Assert.Equal("abcabcabc", Passing(set, 9));
    }

    [Fact]
    public void Pick_WeightTwoAndHeld_HoldsTwiceAsMany()
    {
        Upstream heavy = Make("a", 2);
        Upstream light = Make("b", 1);
        UpstreamSet set = Of(heavy, light);

        for (int i = 1; i <= 100; i++)
        {
            Held(set, 3);
            Assert.Equal((2 * i, i), (heavy.ActiveConnections, light.ActiveConnections));
        }
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(5, 3)]
    [InlineData(256, 1)]
    public void Pick_WeightsAndLeftAtOnce_TakeTurnsInProportion(int first, int second)
    {
        UpstreamSet set = Of(Make("a", first), Make("b", second));

        string picks = Passing(set, 10 * (first + second));

        Assert.InRange(picks.Count(static name => name == 'a'), (10 * first) - 1, (10 * first) + 1);
        Assert.DoesNotContain("bb", second < first ? picks : "", StringComparison.Ordinal);
    }

    [Fact]
    public void Pick_FewerPerWeight_IsPreferredWhateverTheTurn()
    {
        Upstream busy = Make("a");
        Upstream idle = Make("b");
        UpstreamSet set = Of(busy, idle);
        busy.Enter();

        Assert.Equal("bababa", Held(set, 6));
    }

    [Fact]
    public void Pick_WeightZero_Never()
    {
        UpstreamSet set = Of(Make("a", 0), Make("b"));

        Assert.Equal("bbbb", Held(set, 4));
        Assert.Null(Of(Make("a", 0)).Pick([]));
    }

    [Fact]
    public void Pick_Tried_AreSkippedUntilNoneIsLeft()
    {
        Upstream first = Make("a");
        Upstream second = Make("b");
        UpstreamSet set = Of(first, second);

        Assert.Same(second, set.Pick([first]));
        Assert.Null(set.Pick([first, second]));
        Assert.Equal((0, 1), (first.ActiveConnections, second.ActiveConnections));
    }

    [Fact]
    public void Pick_Backup_OnlyWhenNoOtherIsAvailable()
    {
        Upstream backup = Make("z", backup: true);
        Upstream full = new("a", Address) { MaxConnections = 2 };
        UpstreamSet set = Of(backup, full);

        Assert.Equal("aazz", Held(set, 4));

        full.Leave();
        Assert.Equal("a", Held(set, 1));
        Assert.Same(backup, set.Pick([full]));
    }

    [Fact]
    public async Task Pick_ConcurrentlyWithABound_NeverGoesOverIt()
    {
        Upstream bounded = new("a", Address) { MaxConnections = 3 };
        UpstreamSet set = Of(bounded);
        int atOnce = 0;
        int picked = 0;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 5_000; i++)
            {
                if (set.Pick([]) is { } upstream)
                {
                    Interlocked.Increment(ref picked);
                    Assert.InRange(Interlocked.Increment(ref atOnce), 1, 3);
                    Interlocked.Decrement(ref atOnce);
                    upstream.Leave();
                }
            }
        })));

        Assert.True(picked > 0);
        Assert.Equal(0, bounded.ActiveConnections);
    }

    [Fact]
    public void Pick_OneWasAwayForLong_TakesItsTurnWithoutAFlood()
    {
        Upstream away = new("a", Address) { MaxConnections = 1 };
        UpstreamSet set = Of(away, Make("b"));
        Upstream held = set.Pick([])!;
        Assert.Same(away, held);
        Assert.Equal(new string('b', 50), Passing(set, 50));

        held.Leave();

        string picks = Passing(set, 20);
        Assert.InRange(picks.Count(static name => name == 'a'), 10, 11);
        Assert.DoesNotContain("aaa", picks, StringComparison.Ordinal);
    }

    [Fact]
    public void Pick_NoUpstreams_IsNull() => Assert.Null(Of().Pick([]));

    [Fact]
    public void Upstream_Default_HasWeightOneAndNoBound()
    {
        Upstream upstream = new("a", Address);

        Assert.Equal((1, null, false), (upstream.Weight, upstream.MaxConnections, upstream.IsBackup));
        Assert.False(upstream.IsFull);
    }

    [Theory]
    [InlineData(DialResult.Connected, "connected")]
    [InlineData(DialResult.Refused, "refused")]
    [InlineData(DialResult.Timeout, "timeout")]
    [InlineData(DialResult.Unreachable, "unreachable")]
    [InlineData(DialResult.LocalError, "local_error")]
    public void Word_DialResult_IsTheMetricsLabel(DialResult result, string word) => Assert.Equal(word, result.Word());

    private static UpstreamSet Of(params Upstream[] upstreams) => new(upstreams, TimeProvider.System);

    private static IPEndPoint Address { get; } = new(IPAddress.Loopback, 1);

    private static Upstream Make(string name, int weight = 1, bool backup = false) =>
        new(name, Address) { Weight = weight, IsBackup = backup };

    private static string Held(UpstreamSet set, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => set.Pick([])!.Name));

    private static string Passing(UpstreamSet set, int count) => string.Concat(Enumerable.Range(0, count).Select(_ =>
    {
        Upstream upstream = set.Pick([])!;
        upstream.Leave();
        return upstream.Name;
    }));
}
