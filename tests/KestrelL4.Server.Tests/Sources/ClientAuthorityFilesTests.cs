using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Sources;
using KestrelL4.Testing;
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
    public void Load_AnchorOfTheRightNameWithAnotherKey_IsAnError()
    {
        Assert.Null(Load([.. Issuer.Chain().Take(2), .. TestAuthority.CreateRoot("root").Chain()]));

        Assert.Contains("stops at 'CN=middle'", _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TwoAnchorsOfOneName_TakesTheOneThatSigned()
    {
        ClientAuthority authority = Assert.Single(
            Load([.. Issuer.Chain().Take(2), .. TestAuthority.CreateRoot("root").Chain(), .. Root.Chain()])!);

        Assert.Equal(Root.Chain().First(), authority.Chain[^1]);
    }

    [Theory]
    [InlineData(-30, "'CN=issuer'", "is not valid before")]
    [InlineData(30, "'CN=issuer'", "expired at")]
    public void Load_OutOfForce_IsAnErrorThatNamesTheCertificate(int days, string subject, string problem)
    {
        Assert.Null(Load(Issuer.Chain(), new FakeTime(TimeProvider.System.GetUtcNow().AddDays(days))));

        Assert.Contains(subject, _files.Problem, StringComparison.Ordinal);
        Assert.Contains(problem, _files.Problem, StringComparison.Ordinal);
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
            _files.Pem,
            TimeProvider.System));

        Assert.Equal(2, _files.Errors.Count);
    }

    [Fact]
    public void Load_RevocationList_IsTheAuthoritysWithItsBound()
    {
        string list = Issuer.RevocationList(4, "5F3A01").WriteTo(_files.Directory.Path, "ca.crl");

        ClientAuthority authority = Assert.Single(LoadWithList(list, TimeSpan.FromHours(24))!);

        Assert.Equal(4, authority.RevocationList?.Number);
        Assert.Equal(TimeSpan.FromHours(24), authority.MaxRevocationAge);
    }

    [Fact]
    public void Load_NoRevocationList_HasNone() => Assert.Null(Assert.Single(Load(Issuer.Chain())!).RevocationList);

    // The anchor above signs no client certificates, so its list says nothing about them.
    [Fact]
    public void Load_RevocationListOfTheAnchor_IsAnErrorAtItsKey()
    {
        Assert.Null(LoadWithList(Root.RevocationList(1).WriteTo(_files.Directory.Path, "root.crl")));

        Assert.EndsWith("root.crl' is signed by another issuer", _files.Problem, StringComparison.Ordinal);
        Assert.Equal("KestrelL4:ClientAuthorities:main:RevocationList", _files.Errors[0].KeyPath);
    }

    public void Dispose() => _files.Dispose();

    private IReadOnlyList<ClientAuthority>? LoadWithList(string list, TimeSpan? maxAge = null)
    {
        ClientAuthorityConfiguration authority = new()
        {
            Certificate = Issuer.WriteTo(_files.Directory.Path, "ca.crt"),
            RevocationList = list,
            MaxRevocationAge = maxAge,
        };
        return ClientAuthorityFiles.Load(
            new Dictionary<string, ClientAuthorityConfiguration> { ["main"] = authority }, _files.Pem, TimeProvider.System);
    }

    private IReadOnlyList<ClientAuthority>? Load(IEnumerable<X509Certificate2> content, TimeProvider? time = null)
    {
        string path = _files.Directory.Write("ca.crt", string.Join('\n', content.Select(static link => link.ExportCertificatePem())));
        return ClientAuthorityFiles.Load(
            new Dictionary<string, ClientAuthorityConfiguration> { ["main"] = new() { Certificate = path } }, _files.Pem, time ?? TimeProvider.System);
    }
}
