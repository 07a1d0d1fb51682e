using System.Net;
using KestrelL4.Authority.Api;
using KestrelL4.Authority.Identities;
using KestrelL4.Testing;

namespace KestrelL4.Authority.Tests.Identities;

public sealed class AttemptLimitTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public void Admit_OneSource_IsRefusedUntilItsOldestAttemptIsAMinuteOld()
    {
        AttemptLimit limit = new(2, 100, _time);
        Assert.Null(limit.Admit("a"));
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Null(limit.Admit("a"));

        Refusal? refusal = limit.Admit("a");
        Assert.Equal(HttpStatusCode.TooManyRequests, refusal?.Status);
        Assert.Equal(TimeSpan.FromSeconds(40), refusal?.RetryAfter);
        Assert.Null(limit.Admit("b"));

        _time.Advance(TimeSpan.FromSeconds(40));
        Assert.Null(limit.Admit("a"));
        Assert.NotNull(limit.Admit("a"));
    }

    [Fact]
    public void Admit_ManySources_AreBoundedTogether()
    {
        AttemptLimit limit = new(2, 3, _time);

        Assert.Equal([true, true, true, false, false], Enumerable.Range(0, 5).Select(i => limit.Admit($"source {i}") is null));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(limit.Admit("source 9"));
    }

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    public void SourceOf_Address_CountsNetworksOfIPv6(string address, string expected) =>
        Assert.Equal(expected, PeerIdentification.SourceOf(IPAddress.Parse(address)));
}
