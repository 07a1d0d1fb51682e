using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Tls;

namespace KestrelL4.Server.Sources;

/// <summary>The node's identity from files.</summary>
internal static class IdentityFiles
{
    private const string CertificateKey = "KestrelL4:Identity:Certificate";

    private const string KeyKey = "KestrelL4:Identity:Key";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Loads and checks the identity; null after an error.</summary>
    public static NodeIdentity? Load(IdentityConfiguration configuration, PemFile files, TimeProvider time)
    {
        if (files.Certificates(CertificateKey, configuration.Certificate) is not { } chain
            || files.WithKey(KeyKey, configuration.Key, chain[0]) is not { } certificate)
        {
            return null;
        }

        string file = files.Name(CertificateKey, configuration.Certificate);
        if (certificate.ValidityProblem(time) is { } problem)
        {
            files.Add(CertificateKey, $"the certificate in {file} {problem}", "renew it, or check the machine's clock");
            return null;
        }

        if (!MayServe(certificate))
        {
            files.Add(
                CertificateKey,
                $"the certificate in {file} is not for servers: its extended key usage lacks server authentication",
                "name a certificate that was issued for a server");
            return null;
        }

        if (FirstGap(chain) is { } gap)
        {
            files.Add(
                CertificateKey,
                $"the chain in {file} breaks: {Printable.Quote(gap.Subject)} did not issue the certificate before it",
                "list the node's certificate first, then each issuer behind what it issued");
            return null;
        }

        chain.RemoveAt(0);
        return new NodeIdentity(certificate, chain);
    }

    /// <summary>Reports that no handshake succeeds with an identity that seemed good.</summary>
    public static void RefuseTried(IdentityConfiguration configuration, PemFile files, string problem)
    {
        string file = files.Name(CertificateKey, configuration.Certificate);
        files.Add(CertificateKey, $"no TLS handshake succeeds with the certificate in {file} ({problem})", "name one that TLS 1.3 accepts");
    }

    private static bool MayServe(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .All(static usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(static purpose => purpose.Value == ServerAuthentication));

    private static X509Certificate2? FirstGap(X509Certificate2Collection chain)
    {
        for (int i = 1; i < chain.Count; i++)
        {
            if (!chain[i].Issued(chain[i - 1]))
            {
                return chain[i];
            }
        }

        return null;
    }
}
