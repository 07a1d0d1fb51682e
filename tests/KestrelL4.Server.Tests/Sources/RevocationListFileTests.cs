using System.Security.Cryptography.X509Certificates;
using KestrelL4.Registry;
using KestrelL4.Server.Sources;
using KestrelL4.Testing;
using KestrelL4.Testing.Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Server.Tests.Sources;

public sealed class RevocationListFileTests : IDisposable
{
    private const string Key = "KestrelL4:ClientAuthorities:main:RevocationList";

    private static readonly TestAuthority Authority = TestAuthority.CreateRoot();
    private static readonly X509Certificate2 Issuer = Authority.Chain().First();

    private readonly FilesFixture _files = new();

    [Fact]
    public void Load_Pem_IsRead()
    {
        RevocationList? list = Load(Authority.RevocationList(1, "5F3A01").WriteTo(_files.Directory.Path, "ca.crl"));

        Assert.Empty(_files.Errors);
        Assert.True(list!.Contains(CertificateId.Create("main", "5F3A01")));
    }

    [Fact]
    public void Load_Der_IsRead()
    {
        File.WriteAllBytes(_files.Directory["ca.crl"], Authority.RevocationList(2).Der);

        Assert.Equal(2, Load(_files.Directory["ca.crl"])?.Number);
    }

    [Fact]
    public void Load_PastItsNextUpdate_IsLoadedWithoutAnError()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();

        Assert.NotNull(Load(Authority.RevocationList(1, now.AddDays(-2), now.AddDays(-1)).WriteTo(_files.Directory.Path, "ca.crl")));

        Assert.Empty(_files.Errors);
    }

    [Fact]
    public void Load_OfTheFuture_IsAnError()
    {
        string path = Authority.RevocationList(1).WriteTo(_files.Directory.Path, "ca.crl");

        Assert.Null(RevocationListFile.Load(Key, path, Issuer, _files.Pem, new FakeTime(TimeProvider.System.GetUtcNow().AddHours(-1))));

        Assert.Contains("which is in the future", _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoSuchFile_IsAnErrorThatNamesIt()
    {
        Assert.Null(Load(_files.Directory["absent.crl"]));

        Assert.EndsWith("absent.crl' cannot be read (it does not exist)", _files.Problem, StringComparison.Ordinal);
        Assert.Equal(Key, _files.Errors[0].KeyPath);
        Assert.Equal("name a revocation list in PEM or DER that the node's user may read", _files.Errors[0].Allowed);
    }

    [Fact]
    public void Load_Device_IsAnError()
    {
        Assert.Null(Load("/dev/zero"));

        Assert.Equal("'/dev/zero' is no regular file", _files.Problem);
    }

    [Fact]
    public void Load_MoreThanSixteenMebibytes_IsAnError()
    {
        using (FileStream large = File.Create(_files.Directory["large.crl"]))
        {
            large.SetLength((16 * 1024 * 1024) + 1);
        }

        Assert.Null(Load(_files.Directory["large.crl"]));

        Assert.Contains("is larger than 16 MiB", _files.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "holds no revocation list")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds no revocation list")]
    [InlineData("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", "is no revocation list, or a damaged one")]
    public void Load_SomethingElse_IsAnErrorThatSaysSo(string content, string problem)
    {
        Assert.Null(Load(_files.Directory.Write("ca.crl", content)));

        Assert.EndsWith($"ca.crl' {problem}", _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfAnotherAuthority_IsAnErrorThatSaysWhatToDo()
    {
        Assert.Null(Load(TestAuthority.CreateRoot("other").RevocationList(1).WriteTo(_files.Directory.Path, "ca.crl")));

        Assert.EndsWith("ca.crl' is signed by another issuer", _files.Problem, StringComparison.Ordinal);
        Assert.Contains("the first in Certificate", _files.Errors[0].Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_PathFromTheSecretsDirectory_IsNotShown()
    {
        Directory.CreateDirectory(_files.Directory["secrets"]);
        File.WriteAllText(_files.Directory["secrets/KestrelL4__ClientAuthorities__main__RevocationList"], "hunter2");

        Assert.Null(RevocationListFile.Load(
            Key, _files.Directory.Write("secrets/hunter2", ""), Issuer, _files.PemUnder("secrets"), TimeProvider.System));

        Assert.Equal("the file holds no revocation list", _files.Problem);
    }

    public void Dispose() => _files.Dispose();

    private RevocationList? Load(string path) => RevocationListFile.Load(Key, path, Issuer, _files.Pem, TimeProvider.System);
}
