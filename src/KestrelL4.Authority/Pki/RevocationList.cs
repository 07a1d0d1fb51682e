using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Authority.Pki;

/// <summary>One edition of a CA's revocation list (RFC 5280 section 5), signed.</summary>
/// <param name="Number">Its number: 1 for the first, one more for each that follows.</param>
/// <param name="Validity">From when until when it counts, after the CA's own end cut it short.</param>
/// <param name="Pem">The list in PEM.</param>
internal sealed record RevocationList(BigInteger Number, Validity Validity, string Pem)
{
    private const string Label = "X509 CRL";

    /// <summary>The first edition, which names no certificate.</summary>
    public static RevocationList Empty(CertificateAuthority authority, Validity wanted) =>
        Sign(new CertificateRevocationListBuilder(), authority, BigInteger.One, wanted);

    /// <summary>Whether an edition names a serial number.</summary>
    public static bool Lists(string pem, SerialNumber serialNumber) =>
        CertificateRevocationListBuilder.LoadPem(pem, out _).RemoveEntry(serialNumber.ToOctets());

    /// <summary>The edition after another, with the same entries.</summary>
    public static RevocationList After(string pem, CertificateAuthority authority, Validity wanted) =>
        Sign(CertificateRevocationListBuilder.LoadPem(pem, out BigInteger number), authority, number + 1, wanted);

    /// <summary>The edition after another, with the same entries and one more, revoked now.</summary>
    public static RevocationList After(
        string pem, CertificateAuthority authority, Validity wanted, SerialNumber serialNumber, DateTimeOffset now)
    {
        CertificateRevocationListBuilder builder = CertificateRevocationListBuilder.LoadPem(pem, out BigInteger number);
        builder.AddEntry(serialNumber.ToOctets(), now);
        return Sign(builder, authority, number + 1, wanted);
    }

    /// <summary>
    /// Whether a text is a list that this CA signed: signing what another wrote would vouch for it.
    /// </summary>
    public static bool IsSignedBy(CertificateAuthority authority, [NotNullWhen(true)] string? pem)
    {
        if (!PemEncoding.TryFind(pem, out PemFields fields) || !pem.AsSpan()[fields.Label].SequenceEqual(Label))
        {
            return false;
        }

        try
        {
            byte[] list = Convert.FromBase64String(pem![fields.Base64Data]);
            AsnReader parts = new AsnReader(list, AsnEncodingRules.DER).ReadSequence();
            ReadOnlyMemory<byte> content = parts.ReadEncodedValue();
            parts.ReadEncodedValue();
            byte[] signature = parts.ReadBitString(out _);
            using ECDsa key = authority.Certificate.GetECDsaPublicKey()!;
            return key.VerifyData(content.Span, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private static RevocationList Sign(
        CertificateRevocationListBuilder builder, CertificateAuthority authority, BigInteger number, Validity wanted)
    {
        Validity validity = wanted.Within(authority.Validity);
        byte[] list = builder.Build(
            authority.Certificate, number, validity.NotAfter, HashAlgorithmName.SHA256, thisUpdate: validity.NotBefore);
        return new RevocationList(number, validity, PemEncoding.WriteString(Label, list) + "\n");
    }
}
