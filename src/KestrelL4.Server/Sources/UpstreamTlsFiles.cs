using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration;
using KestrelL4.Tls;

namespace KestrelL4.Server.Sources;

/// <summary>What sections <c>UpstreamTls</c> name, from files.</summary>
internal static class UpstreamTlsFiles
{
    /// <summary>The certificates to trust, at least one of them a self-signed anchor in date; null after an error.</summary>
    public static X509Certificate2Collection? Trusted(UpstreamTlsSection section, PemFile files, TimeProvider time)
    {
        string keyPath = $"{section.KeyPath}:Ca";
        string path = section.Configuration.Ca!;
        if (files.Certificates(keyPath, path) is not { } certificates)
        {
            return null;
        }

        List<X509Certificate2> anchors = [.. certificates.Where(static certificate => certificate.Issued(certificate))];
        if (anchors.Count == 0)
        {
            files.Add(keyPath, $"{files.Name(keyPath, path)} holds no self-signed certificate to trust", "append the anchor that the upstream's certificate leads to");
            return null;
        }

        // A bundle may hold some of yesterday.
        if (anchors.TrueForAll(anchor => anchor.ValidityProblem(time) is not null))
        {
            files.Add(keyPath, $"the certificate in {files.Name(keyPath, path)} {anchors[0].ValidityProblem(time)}", "renew it, or check the machine's clock");
            return null;
        }

        return certificates;
    }

    /// <summary>The certificate to present; null after an error.</summary>
    public static NodeIdentity? Identity(UpstreamTlsSection section, PemFile files, TimeProvider time) =>
        new OwnCertificateFiles(section.KeyPath, CertificateRole.Client, files)
            .Load(section.Configuration.Certificate!, section.Configuration.Key ?? "", time);
}
