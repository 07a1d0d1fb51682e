namespace KestrelL4.Authority.Pki;

/// <summary>A new certificate together with its private key.</summary>
internal sealed class IssuedCertificate(SerialNumber serialNumber, Validity validity, string certificatePem, string keyPem)
{
    /// <summary>Its serial number.</summary>
    public SerialNumber SerialNumber { get; } = serialNumber;

    /// <summary>From when until when it counts, after the CA's own end cut it short.</summary>
    public Validity Validity { get; } = validity;

    /// <summary>The certificate in PEM.</summary>
    public string CertificatePem { get; } = certificatePem;

    /// <summary>The private key in PEM, PKCS#8, not encrypted.</summary>
    public string KeyPem { get; } = keyPem;
}
