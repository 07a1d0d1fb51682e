using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Authority.Pki;

/// <summary>A CA whose key is at hand: it signs certificates and its revocation list. ECDSA P-256 when made here.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    /// <summary>Takes over a certificate that was checked to be a CA's, joined with its ECDSA key.</summary>
    public CertificateAuthority(X509Certificate2 certificate)
    {
        Certificate = certificate;
        Validity = ValidityOf(certificate);
        SerialNumber = SerialNumber.Of(certificate);
    }

    /// <summary>Its certificate, with the private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Its own serial number.</summary>
    public SerialNumber SerialNumber { get; }

    /// <summary>From when until when it counts; nothing that it signs outlives it.</summary>
    public Validity Validity { get; }

    /// <summary>Makes a new CA that signs itself.</summary>
    public static IssuedCertificate Create(Validity validity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = Create(CertificatePurpose.Authority, key, validity);
        return Issued(validity, certificate, key);
    }

    /// <summary>Makes the certificate of a CA that signs itself.</summary>
    public static X509Certificate2 Create(Func<SerialNumber, CertificatePurpose> purpose, ECDsa key, Validity validity)
    {
        var serialNumber = SerialNumber.Random();
        CertificateRequest request = purpose(serialNumber).RequestFor(new PublicKey(key));
        return request.Create(
            request.SubjectName,
            X509SignatureGenerator.CreateForECDsa(key),
            validity.NotBefore,
            validity.NotAfter,
            serialNumber.ToOctets());
    }

    /// <summary>Signs a certificate for a new key; it ends with the CA where it would outlive it.</summary>
    public IssuedCertificate Issue(CertificatePurpose purpose, Validity wanted)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = Certify(_ => purpose, new PublicKey(key), wanted);
        return Issued(wanted.Within(Validity), certificate, key);
    }

    /// <summary>Signs a certificate for a key; it ends with the CA where it would outlive it.</summary>
    /// <param name="purpose">What it is for; may name its serial number.</param>
    /// <param name="key">The key, of any kind.</param>
    /// <param name="wanted">From when until when it is to count.</param>
    public X509Certificate2 Certify(Func<SerialNumber, CertificatePurpose> purpose, PublicKey key, Validity wanted)
    {
        var serialNumber = SerialNumber.Random();
        Validity validity = wanted.Within(Validity);
        CertificateRequest request = purpose(serialNumber).RequestFor(key);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using ECDsa own = Certificate.GetECDsaPrivateKey()!;

        // By a generator, for the key that is certified may be of another kind than the CA's.
        return request.Create(
            Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(own), validity.NotBefore, validity.NotAfter, serialNumber.ToOctets());
    }

    /// <summary>From when until when a certificate counts.</summary>
    public static Validity ValidityOf(X509Certificate2 certificate) =>
        new(certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    private static IssuedCertificate Issued(Validity validity, X509Certificate2 certificate, ECDsa key) =>
        new(SerialNumber.Of(certificate), validity, certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
}
