using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Testing.Certificates;

namespace KestrelL4.Server.Tests.Sources;

public sealed class PemFileTests : IDisposable
{
    private const string Key = "KestrelL4:Identity:Key";

    private static readonly TestAuthority Authority = TestAuthority.CreateRoot();

    private readonly FilesFixture _files = new();

    [Fact]
    public void Certificates_NoSuchFile_IsAnErrorThatNamesIt()
    {
        Assert.Null(_files.Pem.Certificates(Key, _files.Directory["absent.crt"]));

        Assert.Contains("absent.crt", _files.Problem, StringComparison.Ordinal);
        Assert.Equal(Key, _files.Errors[0].KeyPath);
    }

    [Fact]
    public void Certificates_Directory_IsAnError()
    {
        Assert.Null(_files.Pem.Certificates(Key, _files.Directory.Path));

        Assert.Contains("is a directory", _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Certificates_MoreThanOneMebibyte_IsAnError()
    {
        Assert.Null(_files.Pem.Certificates(Key, _files.Directory.Write("large.crt", new string('x', (1024 * 1024) + 1))));

        Assert.Contains("larger than 1048576 bytes", _files.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no PEM at all")]
    public void Certificates_NoneInTheFile_IsAnError(string content)
    {
        Assert.Null(_files.Pem.Certificates(Key, _files.Directory.Write("empty.crt", content)));

        Assert.Contains("holds no certificate", _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Certificates_BrokenOne_IsAnError()
    {
        const string Broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

        Assert.Null(_files.Pem.Certificates(Key, _files.Directory.Write("broken.crt", Broken)));

        Assert.Contains("cannot be read", _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void WithKey_ItsOwn_CanSign()
    {
        TestCertificate server = Authority.Issue(TestSubject.Server());
        (_, string key) = server.WriteTo(_files.Directory.Path, "server");

        using X509Certificate2? certificate = _files.Pem.WithKey(Key, key, Public(server));

        Assert.Empty(_files.Errors);
        Assert.True(certificate!.HasPrivateKey);
    }

    [Fact]
    public void WithKey_RsaKey_CanSign()
    {
        using RSA rsa = RSA.Create(2048);
        using X509Certificate2 own = new CertificateRequest("CN=server", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().AddDays(1));
        using X509Certificate2 alone = X509CertificateLoader.LoadCertificate(own.RawData);

        using X509Certificate2? certificate = _files.Pem.WithKey(Key, Secret("rsa.key", rsa.ExportRSAPrivateKeyPem()), alone);

        Assert.Empty(_files.Errors);
        Assert.True(certificate!.HasPrivateKey);
    }

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void WithKey_OpenToEverybody_IsAnErrorThatSaysWhatToDo(UnixFileMode open)
    {
        TestCertificate server = Authority.Issue(TestSubject.Server());
        (_, string key) = server.WriteTo(_files.Directory.Path, "server");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | open);

        Assert.Null(_files.Pem.WithKey(Key, key, Public(server)));

        Assert.Contains("by everybody", _files.Problem, StringComparison.Ordinal);
        Assert.Contains("chmod o-rwx", _files.Errors[0].Allowed, StringComparison.Ordinal);
    }

    [Fact]
    public void WithKey_ReadableByItsGroup_IsAccepted()
    {
        TestCertificate server = Authority.Issue(TestSubject.Server());
        (_, string key) = server.WriteTo(_files.Directory.Path, "server");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.NotNull(_files.Pem.WithKey(Key, key, Public(server)));
    }

    [Fact]
    public void WithKey_OfAnotherCertificate_IsAnError()
    {
        (_, string key) = Authority.Issue(TestSubject.Server()).WriteTo(_files.Directory.Path, "other");

        Assert.Null(_files.Pem.WithKey(Key, key, Public(Authority.Issue(TestSubject.Server()))));

        Assert.Contains("other.key", _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void WithKey_OfAnotherAlgorithm_IsAnError()
    {
        using RSA rsa = RSA.Create(2048);

        Assert.Null(_files.Pem.WithKey(Key, Secret("rsa.key", rsa.ExportPkcs8PrivateKeyPem()), Public(Authority.Issue(TestSubject.Server()))));

        Assert.Contains("rsa.key", _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void WithKey_Encrypted_IsAnErrorThatSaysSo()
    {
        TestCertificate server = Authority.Issue(TestSubject.Server());
        string pem = server.Certificate.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem(
            "password", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000));

        Assert.Null(_files.Pem.WithKey(Key, Secret("encrypted.key", pem), Public(server)));

        Assert.Contains("no unencrypted private key", _files.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void WithKey_NoPem_IsAnErrorThatTellsNothingOfTheContent()
    {
        Assert.Null(_files.Pem.WithKey(Key, Secret("bad.key", "c2VjcmV0"), Public(Authority.Issue(TestSubject.Server()))));

        Assert.Contains("holds no PEM private key", _files.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", _files.Errors[0].ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private static X509Certificate2 Public(TestCertificate certificate) =>
        X509CertificateLoader.LoadCertificate(certificate.Certificate.RawData);

    private string Secret(string name, string content)
    {
        string path = _files.Directory.Write(name, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
