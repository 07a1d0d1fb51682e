using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Pki;
using KestrelL4.Testing;

namespace KestrelL4.Authority.Tests.Pki;

public sealed class FilePkiTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();
    private readonly FakeTime _clock = new();
    private readonly FilePki _pki;

    public FilePkiTests() => _pki = new FilePki(_home["pki"], _clock);

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Initialize_NewDirectory_MakesACaThatBeganFiveMinutesAgo()
    {
        Assert.False(_pki.Initialize(10).IsRefused);

        using X509Certificate2 certificate = Load("ca.crt");
        Assert.Equal(_clock.Start - TimeSpan.FromMinutes(5), certificate.NotBefore.ToUniversalTime());
        Assert.Equal(_clock.Start.AddDays(10), certificate.NotAfter.ToUniversalTime());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(InPki("ca.key")));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_home["pki"]));
    }

    [Theory]
    [InlineData("ca.crt")]
    [InlineData("ca.key")]
    [InlineData("ca.crl")]
    public void Initialize_OneFileExists_RefusesAndWritesNothing(string name)
    {
        Directory.CreateDirectory(_home["pki"]);
        File.WriteAllText(InPki(name), "mine");

        PkiAnswer answer = _pki.Initialize(10);

        Assert.True(answer.IsRefused);
        Assert.Contains(InPki(name), answer.Text, StringComparison.Ordinal);
        Assert.Equal([InPki(name)], Directory.GetFiles(_home["pki"]));
        Assert.Equal("mine", File.ReadAllText(InPki(name)));
    }

    [Fact]
    public void TryCreate_LaterFileCannotBeCreated_LeavesNoneBehind()
    {
        var directory = new PkiDirectory(_home["pki"]);
        PkiFile[] files = [PkiFile.Secret(InPki("a.key"), "key"), PkiFile.Public(InPki("absent/a.crt"), "certificate")];

        Assert.Throws<DirectoryNotFoundException>(() => directory.TryCreate(files, out _));
        Assert.Empty(Directory.GetFiles(_home["pki"]));
    }

    [Fact]
    public void IssueClient_LongerThanItsCa_EndsWithItsCaAndSaysSo()
    {
        _pki.Initialize(10);

        PkiAnswer answer = _pki.IssueClient(Client("alice"), 11);

        using X509Certificate2 certificate = Load("alice.crt");
        Assert.Equal(_clock.Start.AddDays(10), certificate.NotAfter.ToUniversalTime());
        Assert.Contains("the end of its CA, not for 11 days", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void IssueClient_CaExpired_Refuses()
    {
        _pki.Initialize(10);
        _clock.Advance(TimeSpan.FromDays(10) + TimeSpan.FromSeconds(1));

        PkiAnswer answer = _pki.IssueClient(Client("alice"), 1);

        Assert.True(answer.IsRefused);
        Assert.False(File.Exists(InPki("alice.key")));
    }

    [Fact]
    public void IssueClient_KeyOfAnotherCa_Refuses()
    {
        _pki.Initialize(10);
        new FilePki(_home["other"], _clock).Initialize(10);
        File.Copy(Path.Combine(_home["other"], "ca.key"), InPki("ca.key"), overwrite: true);

        AssertRefused("is not the key of");
    }

    [Fact]
    public void IssueClient_CaCertificateIsNoCa_Refuses()
    {
        _pki.Initialize(10);
        _pki.IssueClient(Client("mallory"), 1);
        File.Copy(InPki("mallory.crt"), InPki("ca.crt"), overwrite: true);
        File.Copy(InPki("mallory.key"), InPki("ca.key"), overwrite: true);

        AssertRefused("is not the certificate of a CA");
    }

    [Theory]
    [InlineData("ca.crt", "is not a certificate in PEM")]
    [InlineData("ca.key", "is not an ECDSA private key in PEM")]
    public void IssueClient_FileIsGarbage_RefusesNamingIt(string name, string reason)
    {
        _pki.Initialize(10);
        File.WriteAllText(InPki(name), "garbage");

        AssertRefused($"{InPki(name)} {reason}");
    }

    [Theory]
    [InlineData("ca.crt")]
    [InlineData("ca.key")]
    public void IssueClient_FileIsMissing_RefusesNamingIt(string name)
    {
        _pki.Initialize(10);
        File.Delete(InPki(name));

        AssertRefused($"{InPki(name)} does not exist");
    }

    [Fact]
    public void IssueClient_CaKeyIsReadableByAll_Refuses()
    {
        _pki.Initialize(10);
        File.SetUnixFileMode(InPki("ca.key"), File.GetUnixFileMode(InPki("ca.key")) | UnixFileMode.OtherRead);

        AssertRefused("can be read by every user");
    }

    [Fact]
    public void IssueServer_LongFirstHost_KeepsItAsAlternativeName()
    {
        _pki.Initialize(10);
        string host = string.Join('.', Enumerable.Repeat("label", 20));
        Assert.True(HostName.TryParse(host, out HostName? read));

        _pki.IssueServer([read], 1);

        using X509Certificate2 certificate = Load("server.crt");
        Assert.Equal("CN=server", certificate.Subject);
        Assert.Equal([host], certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(InPki("server.key")));
        Assert.Equal(256, key.KeySize);
    }

    private void AssertRefused(string reason)
    {
        PkiAnswer answer = _pki.IssueClient(Client("alice"), 1);

        Assert.True(answer.IsRefused);
        Assert.Contains(reason, answer.Text, StringComparison.Ordinal);
        Assert.False(Path.Exists(InPki("alice.crt")));
        Assert.False(Path.Exists(InPki("alice.key")));
    }

    private static ClientName Client(string text) =>
        ClientName.TryParse(text, out ClientName? name) ? name : throw new ArgumentException(ClientName.Rule, nameof(text));

    private X509Certificate2 Load(string name) => X509CertificateLoader.LoadCertificateFromFile(InPki(name));

    private string InPki(string name) => Path.Combine(_home["pki"], name);
}
