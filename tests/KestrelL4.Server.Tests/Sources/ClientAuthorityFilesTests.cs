using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Sources;
using KestrelL4.Testing;
using KestrelL4.Testing.Certificates;

namespace KestrelL4.Server.Tests.Sources;

public sealed class ClientAuthorityFilesTests : IDisposable
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("root");
    private static readonly TestAuthority Issuer = Root.CreateIntermediate("middle").CreateIntermediate("issuer");

    private readonly FilesFixture _files = new();

    [Fact]
    public void Chain_WholeChain_KeepsTheIssuerFirstAndTheAnchorLast()
    {
        Assert.Equal(["CN=issuer", "CN=middle", "CN=root"], Load(Issuer.Chain())!.Select(static link => link.Subject));
    }

    [Fact]
    public void Chain_LinksAboveTheIssuerInAnyOrder_AreSorted()
    {
        X509Certificate2[] chain = [.. Issuer.Chain()];

        Assert.Equal(["CN=issuer", "CN=middle", "CN=root"], Load([chain[0], chain[2], chain[1]])!.Select(static link => link.Subject));
    }

    [Fact]
    public void Chain_AnchorAlone_IsTheIssuer() => Assert.Single(Load(Root.Chain())!);

    [Fact]
    public void Chain_IntermediateOnly_IsAnErrorThatNamesTheMissingIssuer()
    {
        Assert.Null(Load(Issuer.Chain().Take(1)));

        Assert.Contains("'CN=middle' is not in the file", _files.Problem, StringComparison.Ordinal);
        Assert.Equal("KestrelL4:ClientAuthorities:main:Certificate", _files.Errors[0].KeyPath);
    }

    [Fact]
    public void Chain_AnchorIsMissing_IsAnError()
    {
        Assert.Null(Load(Issuer.Chain().Take(2)));

        Assert.Contains("stops at 'CN=middle'", _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Chain_AnchorOfTheRightNameWithAnotherKey_IsAnError()
    {
        Assert.Null(Load([.. Issuer.Chain().Take(2), .. TestAuthority.CreateRoot("root").Chain()]));

        Assert.Contains("stops at 'CN=middle'", _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Chain_TwoAnchorsOfOneName_TakesTheOneThatSigned()
    {
        IReadOnlyList<X509Certificate2>? chain = Load([.. Issuer.Chain().Take(2), .. TestAuthority.CreateRoot("root").Chain(), .. Root.Chain()]);

        Assert.Equal(Root.Chain().First(), chain![^1]);
    }

    [Theory]
    [InlineData(-30, "'CN=issuer'", "is not valid before")]
    [InlineData(30, "'CN=issuer'", "expired at")]
    public void Chain_OutOfForce_IsAnErrorThatNamesTheCertificate(int days, string subject, string problem)
    {
        Assert.Null(Load(Issuer.Chain(), new FakeTime(TimeProvider.System.GetUtcNow().AddDays(days))));

        Assert.Contains(subject, _files.Problem, StringComparison.Ordinal);
        Assert.Contains(problem, _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Chain_ClientCertificateInstead_IsAnError()
    {
        Assert.Null(Load([Root.Issue(new TestSubject("alice")).Certificate, .. Root.Chain()]));

        Assert.Contains("'CN=alice', which is no CA certificate", _files.Problem, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private IReadOnlyList<X509Certificate2>? Load(IEnumerable<X509Certificate2> content, TimeProvider? time = null)
    {
        string path = _files.Directory.Write("ca.crt", string.Join('\n', content.Select(static link => link.ExportCertificatePem())));
        return ClientAuthorityFiles.Chain(
            "main", new ClientAuthorityConfiguration { Certificate = path }, _files.Pem, time ?? TimeProvider.System);
    }
}
