using KestrelL4.Server.Configuration;
using KestrelL4.Server.Sources;
using KestrelL4.Testing;
using KestrelL4.Testing.Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Server.Tests.Sources;

public sealed class IdentityFilesTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly FilesFixture _files = new();
    private readonly TestAuthority _issuer = TestAuthority.CreateRoot().CreateIntermediate("issuer");

    [Fact]
    public void Load_InForce_CarriesItsChainAndItsEnd()
    {
        TestCertificate server = _issuer.Issue(TestSubject.Server());

        NodeIdentity identity = Load(server, TimeProvider.System)!;

        Assert.Empty(_files.Errors);
        Assert.Equal(server.Certificate.NotAfter.ToUniversalTime(), identity.NotAfter.UtcDateTime);
        Assert.Equal("CN=issuer", Assert.Single(identity.Context.IntermediateCertificates).Subject);
    }

    [Fact]
    public void Load_OverItsEnd_IsAnErrorWithTheMoment()
    {
        TestCertificate server = _issuer.Issue(TestSubject.Server());

        Assert.Null(Load(server, new FakeTime(new DateTimeOffset(server.Certificate.NotAfter.ToUniversalTime()))));

        Assert.Contains("expired at", _files.Problem, StringComparison.Ordinal);
        Assert.Contains($"{server.Certificate.NotAfter.ToUniversalTime():u}", _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_BeforeItsBeginning_IsAnErrorWithTheMoment()
    {
        TestCertificate server = _issuer.Issue(TestSubject.Server() with { NotBefore = Now.AddHours(1), NotAfter = Now.AddHours(2) });

        Assert.Null(Load(server, TimeProvider.System));

        Assert.Contains("is not valid before", _files.Problem, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private NodeIdentity? Load(TestCertificate server, TimeProvider time)
    {
        (string certificate, string key) = server.WriteTo(_files.Directory.Path, "server");
        return IdentityFiles.Load(new IdentityConfiguration { Certificate = certificate, Key = key }, _files.Pem, time);
    }
}
