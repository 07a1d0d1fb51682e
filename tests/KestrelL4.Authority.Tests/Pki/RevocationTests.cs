using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Pki;
using KestrelL4.Testing;

namespace KestrelL4.Authority.Tests.Pki;

public sealed class RevocationTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();
    private readonly FakeTime _clock = new();
    private readonly FilePki _pki;
    private readonly SerialNumber _authority;

    public RevocationTests()
    {
        _pki = new FilePki(_home.Path, _clock);
        _authority = _pki.Initialize(10).SerialNumber!;
    }

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Revoke_SeveralSerialNumbers_KeepsEarlierEntriesAndCountsUp()
    {
        Assert.False(_pki.Revoke(Serial("0A01"), 1).IsRefused);
        Assert.False(_pki.Revoke(Serial("FF02"), 1).IsRefused);

        Assert.Equal(3, NumberInForce());
        Assert.True(IsListed("0A01"));
        Assert.True(IsListed("FF02"));
        Assert.False(IsListed("0A03"));
    }

    [Fact]
    public void Revoke_ListedAlready_SaysSoAndIssuesTheListAgain()
    {
        _pki.Revoke(Serial("0A01"), 1);

        PkiAnswer answer = _pki.Revoke(Serial("0A01"), 5);

        Assert.False(answer.IsRefused);
        Assert.Contains("already", answer.Text, StringComparison.Ordinal);
        Assert.Contains($"{_clock.Start.AddDays(5):u}", answer.Text, StringComparison.Ordinal);
        Assert.Equal(3, NumberInForce());
        Assert.True(IsListed("0A01"));
    }

    [Fact]
    public void Revoke_IssuedCertificate_NamesItsFile()
    {
        Assert.True(ClientName.TryParse("alice", out ClientName? alice));
        PkiAnswer issued = _pki.IssueClient(alice, 1);

        Assert.Contains("alice.crt", _pki.Revoke(issued.SerialNumber!, 1).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Revoke_TheCaItself_Refuses()
    {
        Assert.True(_pki.Revoke(_authority, 1).IsRefused);
        Assert.Equal(1, NumberInForce());
    }

    [Fact]
    public void Revoke_ListMissing_RefusesRatherThanForget()
    {
        File.Delete(_home["ca.crl"]);

        Assert.True(_pki.Revoke(Serial("0A01"), 1).IsRefused);
        Assert.False(Path.Exists(_home["ca.crl"]));
    }

    [Fact]
    public void Revoke_ListOfAnotherCa_Refuses()
    {
        using var other = new TemporaryDirectory();
        new FilePki(other.Path, _clock).Initialize(10);
        File.Copy(other["ca.crl"], _home["ca.crl"], overwrite: true);

        PkiAnswer answer = _pki.Revoke(Serial("0A01"), 1);

        Assert.True(answer.IsRefused);
        Assert.Equal(File.ReadAllText(other["ca.crl"]), File.ReadAllText(_home["ca.crl"]));
        Assert.False(Path.Exists(_home["ca.crl.next"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")]
    public void Revoke_ListIsGarbage_Refuses(string text)
    {
        _home.Write("ca.crl", text);

        Assert.True(_pki.Revoke(Serial("0A01"), 1).IsRefused);
        Assert.Equal(text, File.ReadAllText(_home["ca.crl"]));
    }

    [Fact]
    public void Revoke_WhileAnotherRevokes_RefusesAndLeavesItsWorkAlone()
    {
        string next = _home.Write("ca.crl.next", "");

        PkiAnswer answer = _pki.Revoke(Serial("0A01"), 1);

        Assert.True(answer.IsRefused);
        Assert.Contains(next, answer.Text, StringComparison.Ordinal);
        Assert.True(File.Exists(next));
        Assert.False(IsListed("0A01"));
    }

    private bool IsListed(string serialNumber) => RevocationList.Lists(File.ReadAllText(_home["ca.crl"]), Serial(serialNumber));

    private BigInteger NumberInForce()
    {
        CertificateRevocationListBuilder.LoadPem(File.ReadAllText(_home["ca.crl"]), out BigInteger number);
        return number;
    }

    private static SerialNumber Serial(string text) =>
        SerialNumber.TryParse(text, out SerialNumber? serialNumber) ? serialNumber : throw new FormatException(SerialNumber.Rule);
}
