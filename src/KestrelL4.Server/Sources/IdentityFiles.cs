using KestrelL4.Server.Configuration;
using KestrelL4.Tls;

namespace KestrelL4.Server.Sources;

/// <summary>The node's identity from files.</summary>
internal static class IdentityFiles
{
    private const string Section = "KestrelL4:Identity";
    private const string CertificateKey = $"{Section}:Certificate";

    /// <summary>Loads and checks the identity; null after an error.</summary>
    public static NodeIdentity? Load(IdentityConfiguration configuration, PemFile files, TimeProvider time) =>
        new OwnCertificateFiles(Section, CertificateRole.Server, files).Load(configuration.Certificate, configuration.Key, time);

    /// <summary>Reports that no handshake succeeds with an identity that seemed good.</summary>
    public static void RefuseTried(IdentityConfiguration configuration, PemFile files, string problem)
    {
        string file = files.Name(CertificateKey, configuration.Certificate);
        files.Add(CertificateKey, $"no TLS handshake succeeds with the certificate in {file} ({problem})", "name one that TLS 1.3 accepts");
    }
}
