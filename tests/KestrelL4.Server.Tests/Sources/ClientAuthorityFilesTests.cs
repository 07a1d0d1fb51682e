using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Sources;
using KestrelL4.Testing.Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Server.Tests.Sources;

public sealed class ClientAuthorityFilesTests : IDisposable
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("root");
    private static readonly TestAuthority Issuer = Root.CreateIntermediate("middle").CreateIntermediate("issuer");

    private readonly FilesFixture _files = new();

    [Fact]
    public void Load_WholeChain_KeepsTheIssuerFirstAndTheAnchorLast()
    {
        ClientAuthority authority = Assert.Single(Load(Issuer.Chain())!);

        Assert.Equal("main", authority.Name);
        Assert.Equal(["CN=issuer", "CN=middle", "CN=root"], authority.Chain.Select(static link => link.Subject));
    }

    [Fact]
    public void Load_LinksAboveTheIssuerInAnyOrder_AreSorted()
    {
        X509Certificate2[] chain = [.. Issuer.Chain()];

        ClientAuthority authority = Assert.Single(Load([chain[0], chain[2], chain[1]])!);

        Assert.Equal(["CN=issuer", "CN=middle", "CN=root"], authority.Chain.Select(static link => link.Subject));
    }

    [Fact]
    public void Load_AnchorAlone_IsTheIssuer() => Assert.Single(Assert.Single(Load(Root.Chain())!).Chain);

    [Fact]
    public void Load_IntermediateOnly_IsAnErrorThatNamesTheMissingIssuer()
    {
        Assert.Null(Load(Issuer.Chain().Take(1)));

        Assert.Contains("'CN=middle' is not in the file", _files.Problem, StringComparison.Ordinal);
        Assert.Equal("KestrelL4:ClientAuthorities:main:Certificate", _files.Errors[0].KeyPath);
    }

    [Fact]
    public void Load_AnchorIsMissing_IsAnError()
    {
        Assert.Null(Load(Issuer.Chain().Take(2)));

        Assert.Contains("stops at 'CN=middle'", _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ClientCertificateInstead_IsAnError()
    {
        Assert.Null(Load([Root.Issue(new TestSubject("alice")).Certificate, .. Root.Chain()]));

        Assert.Contains("'CN=alice', which is no CA certificate", _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TwoBrokenFiles_AreTwoErrors()
    {
        Assert.Null(ClientAuthorityFiles.Load(
            new Dictionary<string, ClientAuthorityConfiguration>
            {
                ["main"] = new() { Certificate = _files.Directory["absent.crt"] },
                ["other"] = new() { Certificate = _files.Directory["gone.crt"] },
            },
            _files.Pem));

        Assert.Equal(2, _files.Errors.Count);
    }

    public void Dispose() => _files.Dispose();

    private IReadOnlyList<ClientAuthority>? Load(IEnumerable<X509Certificate2> content)
    {
        string path = _files.Directory.Write("ca.crt", string.Join('\n', content.Select(static link => link.ExportCertificatePem())));
        return ClientAuthorityFiles.Load(
            new Dictionary<string, ClientAuthorityConfiguration> { ["main"] = new() { Certificate = path } }, _files.Pem);
    }
}
