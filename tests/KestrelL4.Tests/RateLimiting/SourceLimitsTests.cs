using System.Net;
using System.Net.Sockets;
using KestrelL4.RateLimiting;

namespace KestrelL4.Tests.RateLimiting;

public sealed class SourceLimitsTests
{
    private readonly SourceLimits _limits = new(new RateLimit { MaxConcurrentConnections = 1 }, new FakeTime());

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    public void Acquire_TwoAddresses_SharePlacesWhenOneHostOwnsBoth(string first, string second, bool isOneParty)
    {
        using LimitLease held = _limits.Acquire(new IPEndPoint(IPAddress.Parse(first), 1));

        using LimitLease other = _limits.Acquire(new IPEndPoint(IPAddress.Parse(second), 2));

        Assert.True(held.IsAcquired);
        Assert.Equal(isOneParty ? RateLimitScope.Source : null, other.RefusedBy);
    }

    [Fact]
    public void Acquire_ScopedLinkLocalAddress_IsAPartyLikeAnyOther()
    {
        using LimitLease held = _limits.Acquire(new IPEndPoint(IPAddress.Parse("fe80::1%1"), 1));

        Assert.False(_limits.Acquire(new IPEndPoint(IPAddress.Parse("fe80::2%1"), 1)).IsAcquired);
    }

    [Fact]
    public void Acquire_NoAddress_IsAlwaysAdmitted()
    {
        for (int i = 0; i < 3; i++)
        {
            Assert.True(_limits.Acquire(null).IsAcquired);
            Assert.True(_limits.Acquire(new UnixDomainSocketEndPoint("/any")).IsAcquired);
        }
    }

    [Fact]
    public void Acquire_LeaseDisposed_FreesThePlace()
    {
        IPEndPoint peer = new(IPAddress.Loopback, 1);
        _limits.Acquire(peer).Dispose();

        Assert.True(_limits.Acquire(peer).IsAcquired);
    }

    [Fact]
    public void Numbers_Change_CountTheOpenConnections()
    {
        IPEndPoint peer = new(IPAddress.Loopback, 1);
        SourceLimits limits = new(RateLimit.None, new FakeTime());
        using LimitLease first = limits.Acquire(peer);
        using LimitLease second = limits.Acquire(peer);

        limits.Numbers = new RateLimit { MaxConcurrentConnections = 2 };
        Assert.Equal(RateLimitScope.Source, limits.Acquire(peer).RefusedBy);
        second.Dispose();
        using LimitLease third = limits.Acquire(peer);
        Assert.True(third.IsAcquired);

        limits.Numbers = RateLimit.None;
        Assert.True(limits.Acquire(peer).IsAcquired);
        Assert.Throws<ArgumentNullException>(() => limits.Numbers = null!);
    }

    [Fact]
    public void Acquire_WithoutNumbers_Admits()
    {
        SourceLimits limits = new(RateLimit.None, new FakeTime());

        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(limits.Acquire(new IPEndPoint(IPAddress.Loopback, 1)).IsAcquired));
    }
}
