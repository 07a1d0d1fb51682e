using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Testing.Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Tests;

public sealed class ClientTrustTests
{
    private static readonly ClientCertificate Shown = Trusted.Certificate("5F");

    [Fact]
    public void AuthorityOf_LoadedAgain_IsTheOneInForce()
    {
        ClientAuthority again = new("MAIN", [.. Trusted.Issuer.Chain()]);

        Assert.Same(again, With(Other("other"), again).AuthorityOf(Shown));
    }

    [Fact]
    public void AuthorityOf_RenewedWithTheSameKey_IsTheRenewedOne()
    {
        ClientAuthority renewed = new("main", [Renewed(Trusted.Authority.Chain[0])]);

        Assert.NotEqual(Trusted.Authority.Chain[0].RawData, renewed.Chain[0].RawData);
        Assert.Same(renewed, With(renewed).AuthorityOf(Shown));
    }

    [Fact]
    public void AuthorityOf_AnotherCaOfTheSameName_IsNone() => Assert.Null(With(Other("main")).AuthorityOf(Shown));

    [Fact]
    public void AuthorityOf_SameCaUnderAnotherName_IsNone() =>
        Assert.Null(With(new ClientAuthority("renamed", Trusted.Authority.Chain)).AuthorityOf(Shown));

    [Fact]
    public void AuthorityOf_TakenAway_IsNone() => Assert.Null(With().AuthorityOf(Shown));

    /// <summary>The certificate of the same CA with new dates.</summary>
    internal static X509Certificate2 Renewed(X509Certificate2 certificate)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        CertificateRequest request = new(certificate.SubjectName, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        return request.CreateSelfSigned(certificate.NotBefore, certificate.NotAfter.AddDays(1));
    }

    private static ClientAuthority Other(string name) => new(name, [.. TestAuthority.CreateRoot().Chain()]);

    private static ClientTrust With(params ClientAuthority[] authorities) => new(authorities, Trusted.Registry());
}
