using KestrelL4.Testing.Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Tests.Tls;

public sealed class ClientAuthorityTests
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot();
    private static readonly DateTimeOffset ThisUpdate = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Constructor_EmptyChain_IsRefused() => Assert.Throws<ArgumentException>(() => new ClientAuthority("main", []));

    [Fact]
    public void Constructor_IntermediateWithoutItsAnchor_IsRefused()
    {
        TestAuthority intermediate = TestAuthority.CreateRoot().CreateIntermediate("issuer");

        Assert.Throws<ArgumentException>(() => new ClientAuthority("main", [intermediate.Chain().First()]));
    }

    [Fact]
    public void Constructor_NoName_IsRefused() =>
        Assert.Throws<ArgumentException>(() => new ClientAuthority("", [.. TestAuthority.CreateRoot().Chain()]));

    [Fact]
    public void Constructor_ChainToItsAnchor_KeepsNameAndOrder()
    {
        TestAuthority intermediate = TestAuthority.CreateRoot("root").CreateIntermediate("issuer");

        ClientAuthority authority = new("main", [.. intermediate.Chain()]);

        Assert.Equal("main", authority.Name);
        Assert.Equal(["CN=issuer", "CN=root"], authority.Chain.Select(static link => link.Subject));
    }

    [Theory]
    [InlineData(59, false)]
    [InlineData(60, false)]
    [InlineData(61, true)]
    public void IsRevocationStale_ListWithBound_CountsFromItsThisUpdate(int minutes, bool expected) =>
        Assert.Equal(expected, WithList(TimeSpan.FromHours(1)).IsRevocationStale(ThisUpdate.AddMinutes(minutes)));

    [Fact]
    public void IsRevocationStale_NoBoundOrNoList_IsNever()
    {
        ClientAuthority withoutList = new("main", [.. Root.Chain()]) { MaxRevocationAge = TimeSpan.FromHours(1) };

        Assert.False(WithList(maxAge: null).IsRevocationStale(ThisUpdate.AddYears(1)));
        Assert.False(withoutList.IsRevocationStale(ThisUpdate.AddYears(1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void MaxRevocationAge_NotMoreThanZero_IsRefused(int seconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => WithList(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void IsSameAs_NameAndIssuer_Decide()
    {
        ClientAuthority authority = new("main", [.. Root.Chain()]);

        Assert.True(authority.IsSameAs(new ClientAuthority("MAIN", [.. Root.Chain()])));
        Assert.True(authority.IsSameAs(WithList(maxAge: null)));
        Assert.False(authority.IsSameAs(new ClientAuthority("other", [.. Root.Chain()])));
        Assert.False(authority.IsSameAs(new ClientAuthority("main", [.. TestAuthority.CreateRoot().Chain()])));
    }

    private static ClientAuthority WithList(TimeSpan? maxAge)
    {
        Assert.True(RevocationList.TryRead(
            Root.RevocationList(1, ThisUpdate, ThisUpdate.AddDays(1)).Der, Root.Chain().First(), ThisUpdate, out RevocationList? list, out _));
        return new ClientAuthority("main", [.. Root.Chain()]) { RevocationList = list, MaxRevocationAge = maxAge };
    }
}
