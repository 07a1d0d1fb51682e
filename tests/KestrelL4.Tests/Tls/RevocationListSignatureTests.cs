using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Testing.Certificates;
using KestrelL4.Tls;

namespace KestrelL4.Tests.Tls;

/// <summary>Which signatures count, whose, and with what key usage.</summary>
public sealed class RevocationListSignatureTests : IDisposable
{
    private const string Pss = "1.2.840.113549.1.1.10";

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly RSA _rsa = RSA.Create(2048);

    public static TheoryData<string> Hashes => ["SHA256", "SHA384", "SHA512"];

    [Theory]
    [MemberData(nameof(Hashes))]
    public void TryRead_Ecdsa_IsVerified(string hash)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using X509Certificate2 issuer = SelfSigned(new CertificateRequest("CN=ecdsa", key, HashAlgorithmName.SHA256));

        AssertOnlyIntactCounts(Builder().Build(issuer, 1, Now.AddDays(1), new HashAlgorithmName(hash), thisUpdate: Now), issuer);
    }

    [Theory]
    [MemberData(nameof(Hashes))]
    public void TryRead_RsaPkcs1_IsVerified(string hash)
    {
        using X509Certificate2 issuer = RsaIssuer();

        AssertOnlyIntactCounts(Sign(issuer, hash, RSASignaturePadding.Pkcs1), issuer);
    }

    [Theory]
    [MemberData(nameof(Hashes))]
    public void TryRead_RsaPss_IsVerified(string hash)
    {
        using X509Certificate2 issuer = RsaIssuer();

        AssertOnlyIntactCounts(Sign(issuer, hash, RSASignaturePadding.Pss), issuer);
    }

    [Theory]
    [InlineData("1.2.840.10045.4.1", "is signed with SHA-1, which others can forge")]
    [InlineData("1.2.840.113549.1.1.5", "is signed with SHA-1, which others can forge")]
    [InlineData("1.2.840.113549.1.1.4", "is signed with MD2 or MD5, which others can forge")]
    [InlineData("1.3.101.112", "is signed with an algorithm that is not supported (1.3.101.112)")]
    public void TryRead_OtherAlgorithm_IsRefusedByName(string algorithm, string problem) =>
        Assert.Equal(problem, ProblemWith(HandmadeRevocationList.AlgorithmOf(algorithm)));

    [Fact]
    public void TryRead_AlgorithmOfAnotherKindOfKey_IsRefused() => Assert.Equal(
        "is not signed by its issuer's key, or was changed since", ProblemWith(HandmadeRevocationList.AlgorithmOf("1.2.840.113549.1.1.11")));

    // Without parameters a PSS signature means SHA-1.
    [Theory]
    [InlineData(null, null, null)]
    [InlineData("1.3.14.3.2.26", "1.3.14.3.2.26", 20)]
    [InlineData("2.16.840.1.101.3.4.2.1", "1.3.14.3.2.26", 32)]
    [InlineData("2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.1", 20)]
    [InlineData("2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.1", null)]
    [InlineData("2.16.840.1.101.3.4.2.1", null, 32)]
    public void TryRead_PssInAnotherWay_IsRefused(string? hash, string? maskHash, int? salt) =>
        Assert.StartsWith("is signed with RSA-PSS in an unusual way", ProblemWith(PssAlgorithm(hash, maskHash, salt)), StringComparison.Ordinal);

    [Fact]
    public void TryRead_IssuerMayNotSignLists_IsRefused()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 may = SelfSigned(new CertificateRequest("CN=ca", key, HashAlgorithmName.SHA256));
        using X509Certificate2 mayNot = SelfSigned(new CertificateRequest("CN=ca", key, HashAlgorithmName.SHA256), X509KeyUsageFlags.KeyCertSign);
        byte[] der = Builder().Build(may, 1, Now.AddDays(1), HashAlgorithmName.SHA256, thisUpdate: Now);

        Assert.Null(Problem(der, may));
        Assert.StartsWith("is signed by a CA whose certificate is not for that", Problem(der, mayNot), StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_IssuerWithoutKeyUsage_IsAccepted()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 may = SelfSigned(new CertificateRequest("CN=ca", key, HashAlgorithmName.SHA256));
        using X509Certificate2 silent = SelfSigned(new CertificateRequest("CN=ca", key, HashAlgorithmName.SHA256), usage: null);

        Assert.Null(Problem(Builder().Build(may, 1, Now.AddDays(1), HashAlgorithmName.SHA256, thisUpdate: Now), silent));
    }

    public void Dispose() => _rsa.Dispose();

    private static CertificateRevocationListBuilder Builder()
    {
        CertificateRevocationListBuilder builder = new();
        builder.AddEntry([0x5F, 0x3A, 0x01], Now, X509RevocationReason.KeyCompromise);
        return builder;
    }

    private static X509Certificate2 SelfSigned(CertificateRequest request, X509KeyUsageFlags? usage = X509KeyUsageFlags.CrlSign)
    {
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        if (usage is { } flags)
        {
            request.CertificateExtensions.Add(new X509KeyUsageExtension(flags, critical: true));
        }

        return request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(2));
    }

    private static byte[] Sign(X509Certificate2 issuer, string hash, RSASignaturePadding padding) =>
        Builder().Build(issuer, 1, Now.AddDays(1), new HashAlgorithmName(hash), padding, Now);

    private static byte[] PssAlgorithm(string? hash, string? maskHash, int? salt)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Pss);
            if (hash is not null)
            {
                using (writer.PushSequence())
                {
                    WriteHashes(writer, hash, maskHash);
                    if (salt is { } length)
                    {
                        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 2)))
                        {
                            writer.WriteInteger(length);
                        }
                    }
                }
            }
        }

        return writer.Encode();
    }

    private static void WriteHashes(AsnWriter writer, string hash, string? maskHash)
    {
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        {
            writer.WriteEncodedValue(HandmadeRevocationList.AlgorithmOf(hash));
        }

        if (maskHash is not null)
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.1.8");
                writer.WriteEncodedValue(HandmadeRevocationList.AlgorithmOf(maskHash));
            }
        }
    }

    private static void AssertOnlyIntactCounts(byte[] der, X509Certificate2 issuer)
    {
        Assert.Null(Problem(der, issuer));
        der[^1] ^= 1;
        Assert.Equal("is not signed by its issuer's key, or was changed since", Problem(der, issuer));
        der[^1] ^= 1;
        der[der.AsSpan().IndexOf(new byte[] { 0x5F, 0x3A, 0x01 })] ^= 1;
        Assert.Equal("is not signed by its issuer's key, or was changed since", Problem(der, issuer));
    }

    private static string? ProblemWith(byte[] algorithm)
    {
        TestAuthority authority = TestAuthority.CreateRoot();
        byte[] der = new HandmadeRevocationList { Authority = authority, InnerAlgorithm = algorithm, OuterAlgorithm = algorithm }.Sign();
        return Problem(der, authority.Chain().First());
    }

    private static string? Problem(byte[] der, X509Certificate2 issuer)
    {
        _ = RevocationList.TryRead(der, issuer, Now, out _, out string? problem);
        return problem;
    }

    private X509Certificate2 RsaIssuer() => SelfSigned(new CertificateRequest("CN=rsa", _rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
}
