using System.Globalization;
using KestrelL4.RateLimiting;

namespace KestrelL4.Tests.RateLimiting;

public sealed class LimitTableTests
{
    // More than any first sweep leaves alone.
    private const int Crowd = 1_000;

    private readonly FakeTime _time = new();
    private readonly LimitTable<string> _table;

    public LimitTableTests() => _table = new LimitTable<string>(RateLimitScope.Client, StringComparer.Ordinal, _time);

    [Fact]
    public void Get_SameParty_IsTheSameLimitWithTheLatestNumbers()
    {
        Limit first = _table.Get("one", RateLimit.None);
        RateLimit numbers = new() { MaxConcurrentConnections = 1 };

        Assert.Same(first, _table.Get("one", numbers));
        Assert.Same(numbers, first.Numbers);
        Assert.NotSame(first, _table.Get("two", numbers));
        Assert.Equal(RateLimitScope.Client, first.Scope);
    }

    [Fact]
    public void Get_CrowdAfterCrowd_ForgetsTheIdle()
    {
        for (int crowd = 0; crowd < 20; crowd++)
        {
            Meet(crowd * Crowd);
            _time.Advance(LimitTable<string>.Grace);
        }

        Assert.InRange(_table.Count, Crowd, 3 * Crowd);
    }

    [Fact]
    public void Get_PartyHoldsAConnection_IsKept()
    {
        Limit held = _table.Get("held", new RateLimit { MaxConcurrentConnections = 1 });
        LimitLease lease = new LimitStack(held).Acquire();
        Flood();

        Assert.Same(held, _table.Get("held", held.Numbers));

        lease.Dispose();
        Flood();
        Assert.NotSame(held, _table.Get("held", held.Numbers));
    }

    [Fact]
    public void Get_PartyRemembersAPermit_IsKeptUntilItSlidOut()
    {
        Limit remembered = _table.Get("remembered", new RateLimit { ConnectionsPerWindow = 1, Window = TimeSpan.FromMinutes(2) });
        new LimitStack(remembered).Acquire().Dispose();
        Flood();

        Assert.Same(remembered, _table.Get("remembered", remembered.Numbers));

        _time.Advance(TimeSpan.FromMinutes(2));
        Flood();
        Assert.NotSame(remembered, _table.Get("remembered", remembered.Numbers));
    }

    [Fact]
    public async Task Get_PartyHasSomebodyWaitingElsewhere_IsKept()
    {
        Limit expected = _table.Get("expected", RateLimit.None);
        Limit full = new(RateLimitScope.Node, new RateLimit { MaxConcurrentConnections = 1, WaitUpTo = TimeSpan.FromDays(1) }, _time);
        LimitLease held = new LimitStack(full).Acquire();
        Task<LimitLease> waiting = new LimitStack(full, expected).AcquireAsync().AsTask();
        Flood();

        Assert.Same(expected, _table.Get("expected", expected.Numbers));

        held.Dispose();
        (await Eventually.WithinAsync(waiting, "the place is given")).Dispose();
        Flood();
        Assert.NotSame(expected, _table.Get("expected", expected.Numbers));
    }

    [Fact]
    public void Revise_NewNumbers_HoldForWhomTheyAreKnown()
    {
        RateLimit numbers = new() { BytesPerSecond = 1 };
        Limit known = _table.Get("known", RateLimit.None);
        Limit unknown = _table.Get("unknown", new RateLimit { BytesPerSecond = 2 });

        _table.Revise(party => party == "known" ? numbers : null);

        Assert.Same(numbers, known.Numbers);
        Assert.Equal(2, unknown.Numbers.BytesPerSecond);
        Assert.Equal(["unknown"], _table.Where(static limit => limit.Numbers.BytesPerSecond == 2).Select(static each => each.Party));
    }

    [Fact]
    public void Get_UsedAMomentAgo_IsKeptForWhoLookedItUp()
    {
        Limit fresh = _table.Get("fresh", RateLimit.None);

        Meet(0);

        Assert.Same(fresh, _table.Get("fresh", RateLimit.None));
    }

    private void Flood()
    {
        for (int crowd = 0; crowd < 3; crowd++)
        {
            _time.Advance(LimitTable<string>.Grace);
            Meet(crowd * Crowd);
        }
    }

    private void Meet(int from)
    {
        for (int i = 0; i < Crowd; i++)
        {
            _table.Get((from + i).ToString(CultureInfo.InvariantCulture), RateLimit.None);
        }
    }
}
