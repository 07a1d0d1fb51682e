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
        var serialNumber = SerialNumber.Random();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = CertificatePurpose.Authority(serialNumber).RequestFor(key);
        using X509Certificate2 certificate = request.Create(
            request.SubjectName,
            X509SignatureGenerator.CreateForECDsa(key),
            validity.NotBefore,
            validity.NotAfter,
            serialNumber.ToOctets());
        return Issued(serialNumber, validity, certificate, key);
    }

    /// <summary>Signs a certificate for a new key; it ends with the CA where it would outlive it.</summary>
    public IssuedCertificate Issue(CertificatePurpose purpose, Validity wanted)
    {
        var serialNumber = SerialNumber.Random();
        Validity validity = wanted.Within(Validity);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = purpose.RequestFor(key);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using X509Certificate2 certificate = request.Create(
            Certificate, validity.NotBefore, validity.NotAfter, serialNumber.ToOctets());
        return Issued(serialNumber, validity, certificate, key);
    }

    /// <summary>From when until when a certificate counts.</summary>
    public static Validity ValidityOf(X509Certificate2 certificate) =>
        new(certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    private static IssuedCertificate Issued(SerialNumber serialNumber, Validity validity, X509Certificate2 certificate, ECDsa key) =>
        new(serialNumber, validity, certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
}
