using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Testing.Certificates;

/// <summary>A certificate with its private key and the authority that signed it.</summary>
public sealed class TestCertificate(X509Certificate2 certificate, TestAuthority issuer)
{
    /// <summary>The certificate, with its private key.</summary>
    public X509Certificate2 Certificate { get; } = certificate;

    /// <summary>The authority that signed it.</summary>
    public TestAuthority Issuer { get; } = issuer;

    /// <summary>The serial number in hex, as a registry takes it.</summary>
    public string SerialNumber => Certificate.SerialNumber;

    /// <summary>What a TLS peer presents: the certificate and the intermediates behind it, nothing fetched.</summary>
    public SslStreamCertificateContext ToContext() => SslStreamCertificateContext.Create(Certificate, [.. Issuer.Chain()], offline: true);

    /// <summary>
    /// Writes <c>NAME.crt</c> (the certificate and its intermediates) and <c>NAME.key</c> (mode 0600) and gives both paths.
    /// </summary>
    public (string Certificate, string Key) WriteTo(string directory, string name)
    {
        string certificate = Path.Combine(directory, name + ".crt");
        IEnumerable<X509Certificate2> intermediates = Issuer.Chain().Where(issuer => issuer.Subject != issuer.Issuer);
        IEnumerable<string> texts = intermediates.Prepend(Certificate).Select(link => link.ExportCertificatePem() + "\n");
        File.WriteAllText(certificate, string.Concat(texts));

        string key = Path.Combine(directory, name + ".key");
        File.WriteAllText(key, Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return (certificate, key);
    }
}
