using System.Net;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Upstreams;

public sealed class UpstreamTests
{
    private readonly Upstream _upstream = new("a", new IPEndPoint(IPAddress.Loopback, 1));

    [Fact]
    public void Constructor_Default_IsAvailableAndHasNeverChanged()
    {
        Assert.Equal((1, null, false, false), (_upstream.Weight, _upstream.MaxConnections, _upstream.IsBackup, _upstream.IsDraining));
        Assert.True(_upstream.IsAvailable);
        Assert.Null(_upstream.ChangedAt);
    }

    [Fact]
    public void MaxConnections_Lowered_IsFullUntilFewerAreLeft()
    {
        _upstream.Enter();
        _upstream.Enter();
        Assert.False(_upstream.IsFull);

        _upstream.MaxConnections = 1;

        Assert.Equal((true, false, 2), (_upstream.IsFull, _upstream.IsAvailable, _upstream.ActiveConnections));
        _upstream.Leave();
        Assert.True(_upstream.IsFull);
        _upstream.Leave();
        Assert.True(_upstream.IsAvailable);
    }

    [Fact]
    public void MaxConnections_Null_IsNoBound()
    {
        _upstream.MaxConnections = 1;
        _upstream.Enter();
        Assert.Equal((1, true), (_upstream.MaxConnections, _upstream.IsFull));

        _upstream.MaxConnections = null;

        Assert.Equal((null, false), (_upstream.MaxConnections, _upstream.IsFull));
    }

    [Fact]
    public void IsAvailable_WeightZero_IsStillSo()
    {
        _upstream.Weight = 0;

        Assert.True(_upstream.IsAvailable);
    }

    [Fact]
    public void ChangedAt_FullOrNoMore_IsNoted()
    {
        _upstream.MaxConnections = 1;
        Assert.Null(_upstream.ChangedAt);

        _upstream.Enter();
        long full = Assert.NotNull(_upstream.ChangedAt);
        _upstream.Leave();

        Assert.True(_upstream.ChangedAt > full);
    }

    [Fact]
    public void ChangedAt_FullByANewBound_IsNoted()
    {
        _upstream.Enter();
        Assert.Null(_upstream.ChangedAt);

        _upstream.MaxConnections = 1;
        long full = Assert.NotNull(_upstream.ChangedAt);
        _upstream.MaxConnections = 1;
        Assert.Equal(full, _upstream.ChangedAt);
        _upstream.MaxConnections = 2;

        Assert.True(_upstream.ChangedAt > full);
    }

    [Fact]
    public void ChangedAt_Drained_IsNotedOnce()
    {
        _upstream.IsDraining = false;
        Assert.Null(_upstream.ChangedAt);

        _upstream.IsDraining = true;
        long drained = Assert.NotNull(_upstream.ChangedAt);
        Assert.False(_upstream.IsAvailable);
        _upstream.IsDraining = true;
        Assert.Equal(drained, _upstream.ChangedAt);
        _upstream.IsDraining = false;

        Assert.True(_upstream.ChangedAt > drained);
        Assert.True(_upstream.IsAvailable);
    }
}
