using KestrelL4.Server.Sources;
using KestrelL4.Testing;
using KestrelL4.Testing.Certificates;

namespace KestrelL4.Server.Tests.Sources;

public sealed class AuthorityRootFileTests : IDisposable
{
    private readonly FilesFixture _fixture = new();
    private readonly TestAuthority _root = TestAuthority.CreateRoot();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Load_Root_IsTheCertificate() =>
        Assert.Equal(_root.Chain().Single(), AuthorityRootFile.Load(_root.WriteTo(_fixture.Directory.Path, "ca.crt"), _fixture.Pem, TimeProvider.System));

    [Fact]
    public void Load_Missing_IsAnErrorAtTheKey()
    {
        Refused(_fixture.Directory["absent.crt"], "does not exist");
        Assert.Equal("KestrelL4:Authority:Ca", _fixture.Errors[0].KeyPath);
    }

    [Fact]
    public void Load_NodesCertificate_IsRefused()
    {
        _root.Issue(TestSubject.Server()).WriteTo(_fixture.Directory.Path, "server");

        Refused(_fixture.Directory["server.crt"], "holds");
    }

    [Fact]
    public void Load_SeveralCertificates_IsRefused() =>
        Refused(_root.CreateIntermediate("issuer").WriteTo(_fixture.Directory.Path, "chain.crt"), "holds 2 certificates");

    [Fact]
    public void Load_Intermediate_IsRefused()
    {
        string pem = _root.CreateIntermediate("issuer").Chain().First().ExportCertificatePem();

        Refused(_fixture.Directory.Write("issuer.crt", pem), "which is not self-signed");
    }

    [Fact]
    public void Load_OutOfDate_IsRefused()
    {
        string path = _root.WriteTo(_fixture.Directory.Path, "ca.crt");

        Assert.Null(AuthorityRootFile.Load(path, _fixture.Pem, new FakeTime(TimeProvider.System.GetUtcNow().AddDays(8))));
        Assert.Contains("expired at", _fixture.Problem, StringComparison.Ordinal);
    }

    private void Refused(string path, string problem)
    {
        Assert.Null(AuthorityRootFile.Load(path, _fixture.Pem, TimeProvider.System));
        Assert.Contains(problem, _fixture.Problem, StringComparison.Ordinal);
    }
}
