using KestrelL4.Authentication;
using KestrelL4.Registry;

namespace KestrelL4.Tests.Authentication;

public sealed class AuthenticatorTests
{
    private static readonly CertificateId Known = CertificateId.Create("main", "5F3A01");
    private static readonly CertificateId OfDisabled = CertificateId.Create("main", "5F3A02");
    private static readonly Client Alice = new() { Name = "alice", Grants = new Dictionary<string, Grant>() };
    private static readonly Client Disabled = Alice with { Name = "bob", Disabled = true };
    private static readonly RegistrySnapshot Registry = new([new(Known, Alice), new(OfDisabled, Disabled)], 1);

    [Fact]
    public void TryAuthenticate_Registered_IsTheClient()
    {
        Assert.True(Authenticator.TryAuthenticate(Registry, Known, out Client? client, out _));
        Assert.Same(Alice, client);
    }

    [Theory]
    [InlineData("main", "5F3A03")]
    [InlineData("other", "5F3A01")]
    public void TryAuthenticate_AuthorityOrSerialNumberDiffers_IsUnknown(string authority, string serialNumber)
    {
        Assert.False(Authenticator.TryAuthenticate(
            Registry, CertificateId.Create(authority, serialNumber), out Client? client, out CloseReason refusal));
        Assert.Null(client);
        Assert.Equal(CloseReason.UnknownClient, refusal);
    }

    [Fact]
    public void TryAuthenticate_Disabled_IsRefusedAndNamed()
    {
        Assert.False(Authenticator.TryAuthenticate(Registry, OfDisabled, out Client? client, out CloseReason refusal));
        Assert.Equal(CloseReason.ClientDisabled, refusal);
        Assert.Same(Disabled, client);
    }
}
