using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Registry;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Servers;
using KestrelL4.Tls;

namespace KestrelL4.Tests.Tls;

public sealed class ClientCertificateValidationTests
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot();
    private static readonly TestAuthority Issuer = Root.CreateIntermediate("issuer");
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly ClientCertificateValidation _validation = Accepting(Named("main", Issuer));

    [Fact]
    public void Judge_SignedByTheAuthority_IsAcceptedWithItsIdAndEnd()
    {
        TestCertificate certificate = Issuer.Issue(new TestSubject("alice") { SerialNumber = [0x5F, 0x3A, 0x01] });

        Assert.Null(Judge(_validation, certificate, out ClientCertificate? accepted));
        Assert.Equal(CertificateId.Create("main", "5F3A01"), accepted!.Id);
        Assert.Equal(certificate.Certificate.NotAfter.ToUniversalTime(), accepted.NotAfter.UtcDateTime);
    }

    // A connection may stay open for days, and a list may be large and replaced every hour.
    [Fact]
    public void Judge_AuthorityHasARevocationList_TheCertificateDoesNotKeepIt()
    {
        Assert.True(RevocationList.TryRead(
            Issuer.RevocationList(1, "5F3A01").Der, Issuer.Chain().First(), Now, out RevocationList? list, out string? problem), problem);
        ClientAuthority listed = new("main", [.. Issuer.Chain()]) { RevocationList = list, MaxRevocationAge = TimeSpan.FromHours(1) };

        Assert.Null(Judge(Accepting(listed), Issuer.Issue(new TestSubject("alice")), out ClientCertificate? accepted));

        Assert.Null(accepted!.Authority.RevocationList);
        Assert.True(listed.IsSameAs(accepted.Authority));
    }

    [Fact]
    public void Judge_NothingShown_IsNoCertificate() =>
        Assert.Equal(HandshakeFailure.NoCertificate, _validation.Judge(null, null, out _));

    [Fact]
    public void Judge_AnotherRoot_IsUntrusted() =>
        Assert.Equal(HandshakeFailure.Untrusted, Judge(_validation, TestAuthority.CreateRoot().Issue(new TestSubject("alice"))));

    [Fact]
    public void Judge_SelfSigned_IsUntrusted()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 alone = new CertificateRequest("CN=alice", key, HashAlgorithmName.SHA256).CreateSelfSigned(Now.AddHours(-1), Now.AddHours(1));

        Assert.Equal(HandshakeFailure.Untrusted, Judge(_validation, alone, [], out _));
    }

    [Fact]
    public void Judge_SiblingIntermediateOfTheSameRoot_IsUnknownIssuer() =>
        Assert.Equal(HandshakeFailure.UnknownIssuer, Judge(_validation, Root.CreateIntermediate("sibling").Issue(new TestSubject("alice"))));

    [Fact]
    public void Judge_SiblingWithTheIssuersName_IsUnknownIssuer() =>
        Assert.Equal(HandshakeFailure.UnknownIssuer, Judge(_validation, Root.CreateIntermediate("issuer").Issue(new TestSubject("alice"))));

    [Fact]
    public void Judge_SignedByTheAnchorAboveTheAuthority_IsUnknownIssuer() =>
        Assert.Equal(HandshakeFailure.UnknownIssuer, Judge(_validation, Root.Issue(new TestSubject("alice"))));

    [Fact]
    public void Judge_SignedByAnAuthorityBelowTheIssuer_IsUnknownIssuer() =>
        Assert.Equal(HandshakeFailure.UnknownIssuer, Judge(_validation, Issuer.CreateIntermediate("below").Issue(new TestSubject("alice"))));

    [Fact]
    public void Judge_TheAnchorItself_IsUnknownIssuer()
    {
        ClientCertificateValidation anyUsage = Accepting(Named("main", Root));

        Assert.Equal(HandshakeFailure.UnknownIssuer, Judge(anyUsage, Root.Chain().First(), [], out _));
    }

    [Fact]
    public void Judge_PastItsEnd_IsExpired() => Assert.Equal(
        HandshakeFailure.Expired,
        Judge(_validation, Issuer.Issue(new TestSubject("alice") { NotBefore = Now.AddDays(-2), NotAfter = Now.AddDays(-1) })));

    [Fact]
    public void Judge_BeforeItsBeginning_IsNotYetValid() => Assert.Equal(
        HandshakeFailure.NotYetValid,
        Judge(_validation, Issuer.Issue(new TestSubject("alice") { NotBefore = Now.AddDays(1), NotAfter = Now.AddDays(2) })));

    [Theory]
    [InlineData(KeyUsage.Any, null)]
    [InlineData(KeyUsage.Client, null)]
    [InlineData(KeyUsage.Server, HandshakeFailure.WrongUsage)]
    public void Judge_ExtendedKeyUsage_IsRefusedOnlyWhenItNamesOthers(KeyUsage usage, HandshakeFailure? expected) =>
        Assert.Equal(expected, Judge(_validation, Issuer.Issue(new TestSubject("alice") { Usage = usage })));

    [Fact]
    public void Judge_ExpiredAndOfAnotherRoot_TellsTheGraverFault() => Assert.Equal(
        HandshakeFailure.Untrusted,
        Judge(_validation, TestAuthority.CreateRoot().Issue(new TestSubject("alice") { NotBefore = Now.AddDays(-2), NotAfter = Now.AddDays(-1) })));

    [Fact]
    public void Judge_SameSerialNumberFromTwoAuthorities_AreTwoIds()
    {
        TestAuthority other = Root.CreateIntermediate("other");
        ClientCertificateValidation validation = Accepting(Named("main", Issuer), Named("other", other));
        TestSubject subject = new("alice") { SerialNumber = [0x5F] };

        Assert.Null(Judge(validation, Issuer.Issue(subject), out ClientCertificate? first));
        Assert.Null(Judge(validation, other.Issue(subject), out ClientCertificate? second));

        Assert.Equal(("main", "other"), (first!.Id.Authority, second!.Id.Authority));
        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public void Judge_ClientSendsNoIntermediate_IsAcceptedByTheConfiguredOne()
    {
        TestCertificate certificate = Issuer.Issue(new TestSubject("alice"));

        Assert.Null(Judge(_validation, certificate.Certificate, [], out _));
    }

    [Fact]
    public void Judge_ReissuedAuthorityWithTheSameNameAndKey_IsAccepted()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 former = SelfSigned(key, Now.AddDays(-9), Now.AddDays(9));
        using X509Certificate2 reissued = SelfSigned(key, Now.AddDays(-8), Now.AddDays(10));
        using var clientKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 leaf = new CertificateRequest("CN=alice", clientKey, HashAlgorithmName.SHA256)
            .Create(former, Now.AddHours(-1), Now.AddHours(1), [0x5F]);

        ClientCertificateValidation validation = Accepting(new ClientAuthority("main", [reissued]));

        Assert.Null(Judge(validation, leaf, [former], out ClientCertificate? accepted));
        Assert.Equal(CertificateId.Create("main", "5F"), accepted!.Id);
    }

    [Fact]
    public async Task Judge_IssuerIsOnlyAtAnAddress_FetchesNothing()
    {
        await using RecordingServer server = new();
        TestAuthority elsewhere = Root.CreateIntermediate("elsewhere");
        Uri address = new($"http://{new IPEndPoint(IPAddress.Loopback, server.EndPoint.Port)}/issuer.crt");
        TestCertificate certificate = elsewhere.Issue(new TestSubject("alice") { IssuerUrl = address, RevocationListUrl = address });

        Assert.Equal(HandshakeFailure.Untrusted, Judge(_validation, certificate.Certificate, [], out _));
        Assert.Equal(0, server.Accepted);
    }

    [Theory]
    [InlineData(HandshakeFailure.NoCertificate, "no_certificate")]
    [InlineData(HandshakeFailure.Untrusted, "untrusted")]
    [InlineData(HandshakeFailure.UnknownIssuer, "unknown_issuer")]
    [InlineData(HandshakeFailure.Expired, "expired")]
    [InlineData(HandshakeFailure.NotYetValid, "not_yet_valid")]
    [InlineData(HandshakeFailure.WrongUsage, "wrong_usage")]
    [InlineData(HandshakeFailure.Protocol, "protocol")]
    [InlineData(HandshakeFailure.Timeout, "timeout")]
    [InlineData(HandshakeFailure.Aborted, "aborted")]
    public void Word_HandshakeFailure_IsTheMetricsLabel(HandshakeFailure failure, string word) => Assert.Equal(word, failure.Word());

    private static ClientAuthority Named(string name, TestAuthority authority) => new(name, [.. authority.Chain()]);

    private static ClientCertificateValidation Accepting(params ClientAuthority[] authorities) => new(authorities, TimeProvider.System);

    private static X509Certificate2 SelfSigned(ECDsa key, DateTimeOffset from, DateTimeOffset to)
    {
        CertificateRequest request = new("CN=issuer", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        return request.CreateSelfSigned(from, to);
    }

    private static HandshakeFailure? Judge(ClientCertificateValidation validation, TestCertificate certificate) =>
        Judge(validation, certificate, out _);

    private static HandshakeFailure? Judge(ClientCertificateValidation validation, TestCertificate certificate, out ClientCertificate? accepted) =>
        Judge(validation, certificate.Certificate, certificate.Issuer.Chain(), out accepted);

    // As a TLS stream does it: the policy is the validation's, what the client sent is extra.
    private static HandshakeFailure? Judge(
        ClientCertificateValidation validation, X509Certificate2 certificate, IEnumerable<X509Certificate2> sent, out ClientCertificate? accepted)
    {
        using X509Chain chain = new() { ChainPolicy = validation.ChainPolicy.Clone() };
        foreach (X509Certificate2 link in sent)
        {
            chain.ChainPolicy.ExtraStore.Add(link);
        }

        chain.Build(certificate);
        return validation.Judge(certificate, chain, out accepted);
    }
}
