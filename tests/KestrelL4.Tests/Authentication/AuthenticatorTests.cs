using KestrelL4.Authentication;
using KestrelL4.Registry;
using KestrelL4.Testing.Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Tests.Authentication;

public sealed class AuthenticatorTests
{
    private static readonly DateTimeOffset ThisUpdate = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Client Alice = Trusted.Client("alice");
    private static readonly Client Disabled = Trusted.Client("bob") with { Disabled = true };
    private static readonly ClientTrust Trust = Trusted.Trust(("5F3A01", Alice), ("5F3A02", Disabled));

    [Fact]
    public void TryAuthenticate_Registered_IsTheClient()
    {
        Assert.True(Authenticator.TryAuthenticate(Trust, Trusted.Certificate("5F3A01"), out Client? client, out _));
        Assert.Same(Alice, client);
    }

    [Fact]
    public void TryAuthenticate_OtherSerialNumber_IsUnknown() =>
        Assert.Equal((CloseReason.UnknownClient, null), Refusal(Trust, Trusted.Certificate("5F3A03")));

    [Fact]
    public void TryAuthenticate_SameSerialNumberOfAnotherAuthority_IsUnknown()
    {
        ClientAuthority other = new("other", [.. TestAuthority.CreateRoot().Chain()]);
        ClientTrust trust = Trust with { Authorities = [Trusted.Authority, other] };

        Assert.Equal((CloseReason.UnknownClient, null), Refusal(trust, Trusted.Certificate("5F3A01", other)));
    }

    [Fact]
    public void TryAuthenticate_AuthorityIsNotInForce_IsUnknownAlthoughRegistered() =>
        Assert.Equal((CloseReason.UnknownClient, null), Refusal(Trust with { Authorities = [] }, Trusted.Certificate("5F3A01")));

    [Fact]
    public void TryAuthenticate_Disabled_IsRefusedAndNamed() =>
        Assert.Equal((CloseReason.ClientDisabled, Disabled), Refusal(Trust, Trusted.Certificate("5F3A02")));

    [Theory]
    [InlineData("5F3A01", "alice")]
    [InlineData("5F3A02", "bob")]
    [InlineData("5F3A03", null)]
    public void TryAuthenticate_OnTheRevocationList_IsRevokedWhoeverHoldsIt(string serialNumber, string? holder)
    {
        ClientTrust trust = WithList("5F3A01", "5F3A02", "5F3A03");

        (CloseReason refusal, Client? client) = Refusal(trust, Trusted.Certificate(serialNumber));

        Assert.Equal((CloseReason.RevokedCertificate, holder), (refusal, client?.Name));
    }

    [Fact]
    public void TryAuthenticate_ListInForceIsNewerThanTheHandshakes_IsWhatCounts()
    {
        Assert.True(Authenticator.TryAuthenticate(WithList("5F3A02"), Trusted.Certificate("5F3A01"), out _, out _));
        Assert.Equal(CloseReason.RevokedCertificate, Refusal(WithList("5F3A01"), Trusted.Certificate("5F3A01")).Refusal);
    }

    [Fact]
    public void JudgeAge_ListOlderThanAllowed_ButOnlyOfItsOwnAuthority()
    {
        ClientAuthority other = new("other", [.. TestAuthority.CreateRoot().Chain()]);
        ClientTrust trust = WithList();
        trust = trust with { Authorities = [.. trust.Authorities, other] };
        DateTimeOffset late = ThisUpdate.AddHours(1).AddSeconds(1);

        Assert.Null(Authenticator.JudgeAge(trust, Trusted.Certificate("5F3A01"), ThisUpdate.AddHours(1)));
        Assert.Equal(CloseReason.RevocationStale, Authenticator.JudgeAge(trust, Trusted.Certificate("5F3A01"), late));
        Assert.Null(Authenticator.JudgeAge(trust, Trusted.Certificate("5F3A01", other), late));
    }

    [Fact]
    public void JudgeAge_RegistryUnconfirmedForLongerThanAllowed_IsRegistryStale()
    {
        FakeTime time = new();
        RegistryAge age = new(time) { Limit = TimeSpan.FromHours(1) };
        ClientTrust trust = WithList() with { Age = age };
        age.Confirm();

        time.Advance(TimeSpan.FromHours(1));
        Assert.Null(Authenticator.JudgeAge(trust, Trusted.Certificate("5F3A01"), ThisUpdate));

        time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(CloseReason.RegistryStale, Authenticator.JudgeAge(trust, Trusted.Certificate("5F3A01"), ThisUpdate));
    }

    [Fact]
    public void TryAuthenticate_CertificateThatTheRegistryLists_IsRevokedThoughItsClientIsNoMore()
    {
        RegistrySnapshot registry = new([], revision: 2) { Revoked = new HashSet<CertificateId> { CertificateId.Create(Trusted.Authority.Name, "5F3A01") } };

        Assert.Equal(CloseReason.RevokedCertificate, Refusal(WithList() with { Registry = registry }, Trusted.Certificate("5F3A01")).Refusal);
    }

    private static (CloseReason Refusal, Client? Client) Refusal(ClientTrust trust, ClientCertificate certificate)
    {
        Assert.False(Authenticator.TryAuthenticate(trust, certificate, out Client? client, out CloseReason refusal));
        return (refusal, client);
    }

    private static ClientTrust WithList(params string[] serialNumbers)
    {
        ClientAuthority listed = new("main", Trusted.Authority.Chain)
        {
            RevocationList = Trusted.List(ThisUpdate, serialNumbers),
            MaxRevocationAge = TimeSpan.FromHours(1),
        };
        return Trust with { Authorities = [listed] };
    }
}
