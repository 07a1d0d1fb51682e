using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Agent.Identities;

namespace KestrelL4.Server.Tests.Agent;

public sealed class IssuedIdentityTests : IDisposable
{
    private const string Client = "1.3.6.1.5.5.7.3.2";
    private const string Server = "1.3.6.1.5.5.7.3.1";

    private readonly AgentScene _scene = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _scene.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void Read_OfTheAuthority_GivesTheIdentityWithItsIssuer()
    {
        Assert.NotNull(IssuedIdentity.Read(Certified(Server, Client), _key, _scene.Pki.Root, out _));
    }

    [Fact]
    public void Read_ForAnotherKey_IsRefused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        AssertRefused(Certified(Server, Client), other, _scene.Pki.Root, "another key");
    }

    [Fact]
    public void Read_OfAnotherRoot_IsRefused() =>
        AssertRefused(Certified(Server, Client), _key, new AuthorityPki(_scene.Time).Root, "root");

    [Fact]
    public void Read_WithoutItsIssuer_IsRefused() =>
        AssertRefused(X509Certificate2.CreateFromPem(Certified(Server, Client)).ExportCertificatePem(), _key, _scene.Pki.Root, "root");

    [Theory]
    [InlineData(Client)]
    [InlineData(Server)]
    public void Read_ForOneRoleAlone_IsRefused(string usage) => AssertRefused(Certified(usage), _key, _scene.Pki.Root, "not for nodes");

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void Read_Garbage_IsRefused(string text) => AssertRefused(text, _key, _scene.Pki.Root, "");

    [Fact]
    public void DueFor_ManyCertificates_LiesAThirdOfLifeAfterTheBeginningAndLittleLater()
    {
        for (int i = 0; i < 20; i++)
        {
            X509Certificate2 certificate = X509Certificate2.CreateFromPem(Certified(Server, Client));
            TimeSpan life = certificate.NotAfter - certificate.NotBefore;
            TimeSpan due = RenewalSchedule.DueFor(certificate) - certificate.NotBefore.ToUniversalTime();

            Assert.InRange(due / life, 0.3333, 0.3668);
        }
    }

    private string Certified(params string[] usages) => _scene.Pki.CertifyKey(new PublicKey(_key), usages);

    private static void AssertRefused(string certificates, ECDsa key, X509Certificate2 root, string why)
    {
        Assert.Null(IssuedIdentity.Read(certificates, key, root, out string problem));
        Assert.Contains(why, problem, StringComparison.Ordinal);
        Assert.NotEmpty(problem);
    }
}
