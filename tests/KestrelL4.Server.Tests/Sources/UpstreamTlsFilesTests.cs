using KestrelL4.Server.Configuration;
using KestrelL4.Server.Sources;
using KestrelL4.Testing;
using KestrelL4.Testing.Certificates;

namespace KestrelL4.Server.Tests.Sources;

public sealed class UpstreamTlsFilesTests : IDisposable
{
    private readonly FilesFixture _fixture = new();
    private readonly TestAuthority _root = TestAuthority.CreateRoot();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Trusted_AnchorAndIntermediate_AreBothTaken()
    {
        TestAuthority intermediate = _root.CreateIntermediate("intermediate");

        Assert.Equal(intermediate.Chain(), UpstreamTlsFiles.Trusted(With(ca: intermediate), _fixture.Pem, TimeProvider.System)!);
        Assert.Empty(_fixture.Errors);
    }

    [Fact]
    public void Trusted_NoAnchor_IsAnError()
    {
        string path = _fixture.Directory.Write("ca.crt", _root.CreateIntermediate("intermediate").Chain().First().ExportCertificatePem());

        Assert.Null(UpstreamTlsFiles.Trusted(Section(new UpstreamTlsConfiguration { Ca = path }), _fixture.Pem, TimeProvider.System));
        Assert.Contains("holds no self-signed certificate to trust", _fixture.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Trusted_EveryAnchorExpired_IsAnError()
    {
        FakeTime later = new();
        later.Advance(TimeSpan.FromDays(3650));

        Assert.Null(UpstreamTlsFiles.Trusted(With(ca: _root), _fixture.Pem, later));
        Assert.Contains("expired at", _fixture.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Identity_ClientCertificate_IsTakenWithItsKey()
    {
        Assert.NotNull(UpstreamTlsFiles.Identity(With(_root.Issue(new TestSubject("node"))), _fixture.Pem, TimeProvider.System));
        Assert.Empty(_fixture.Errors);
    }

    [Fact]
    public void Identity_CertificateOfAServer_IsAnError()
    {
        Assert.Null(UpstreamTlsFiles.Identity(With(_root.Issue(TestSubject.Server())), _fixture.Pem, TimeProvider.System));
        Assert.Contains("is not for clients: its extended key usage lacks client authentication", _fixture.Problem, StringComparison.Ordinal);
        Assert.Equal("KestrelL4:Applications:db:UpstreamTls:Certificate", _fixture.Errors[0].KeyPath);
    }

    [Fact]
    public void Identity_KeyOfAnother_IsAnError()
    {
        UpstreamTlsSection section = With(_root.Issue(new TestSubject("node")));
        (_, string other) = _root.Issue(new TestSubject("other")).WriteTo(_fixture.Directory.Path, "other");

        Assert.Null(UpstreamTlsFiles.Identity(Section(section.Configuration with { Key = other }), _fixture.Pem, TimeProvider.System));
        Assert.Equal("KestrelL4:Applications:db:UpstreamTls:Key", Assert.Single(_fixture.Errors).KeyPath);
    }

    private static UpstreamTlsSection Section(UpstreamTlsConfiguration configuration) =>
        new("db", UpstreamTlsSection.KeyPathOf("db"), configuration);

    private UpstreamTlsSection With(TestAuthority ca) =>
        Section(new UpstreamTlsConfiguration { Ca = ca.WriteTo(_fixture.Directory.Path, "ca.crt") });

    private UpstreamTlsSection With(TestCertificate certificate)
    {
        (string file, string key) = certificate.WriteTo(_fixture.Directory.Path, "node");
        return Section(new UpstreamTlsConfiguration { Certificate = file, Key = key });
    }
}
