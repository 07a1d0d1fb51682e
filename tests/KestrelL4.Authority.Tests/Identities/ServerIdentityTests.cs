using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Identities;
using KestrelL4.Authority.Pki;

namespace KestrelL4.Authority.Tests.Identities;

public sealed class ServerIdentityTests : IDisposable
{
    private readonly AuthorityFixture _authority = new();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void Current_ForNodesWhoseClockIsADayOff_IsValidToo()
    {
        _authority.Time.Advance(TimeSpan.FromDays(10));
        X509Certificate2 certificate = New().Current().TargetCertificate;

        DateTimeOffset now = _authority.Time.GetUtcNow();
        Assert.True(CertificateAuthority.ValidityOf(certificate).Contains(now.AddDays(-1)));
        Assert.True(CertificateAuthority.ValidityOf(certificate).Contains(now.AddDays(1)));
    }

    [Fact]
    public void Current_AThirdOfItsLifeLater_IsAnother()
    {
        ServerIdentity identity = New();
        string first = identity.Current().TargetCertificate.SerialNumber;

        _authority.Time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(first, identity.Current().TargetCertificate.SerialNumber);
        _authority.Time.Advance(TimeSpan.FromHours(2));
        Assert.NotEqual(first, identity.Current().TargetCertificate.SerialNumber);
    }

    private ServerIdentity New() => new(
        _authority.Issuers.Root, [HostName.TryParse("localhost", out HostName? host) ? host : throw new FormatException()], _authority.Time);
}
