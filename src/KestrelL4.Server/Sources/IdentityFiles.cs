using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration;
using KestrelL4.Tls;

namespace KestrelL4.Server.Sources;

/// <summary>The node's identity from files.</summary>
internal static class IdentityFiles
{
    private const string CertificateKey = "KestrelL4:Identity:Certificate";
    private const string KeyKey = "KestrelL4:Identity:Key";

    /// <summary>Loads and checks the identity; null after an error.</summary>
    public static NodeIdentity? Load(IdentityConfiguration configuration, PemFile files, TimeProvider time)
    {
        if (files.Certificates(CertificateKey, configuration.Certificate) is not { } chain
            || files.WithKey(KeyKey, configuration.Key, chain[0]) is not { } certificate)
        {
            return null;
        }

        DateTime now = time.GetUtcNow().UtcDateTime;
        if (certificate.NotAfter.ToUniversalTime() <= now)
        {
            files.Add(
                CertificateKey,
                $"the certificate in '{configuration.Certificate}' expired at {certificate.NotAfter.ToUniversalTime():u}",
                "renew it");
            return null;
        }

        if (certificate.NotBefore.ToUniversalTime() > now)
        {
            files.Add(
                CertificateKey,
                $"the certificate in '{configuration.Certificate}' is not valid before {certificate.NotBefore.ToUniversalTime():u}",
                "check the machine's clock, or wait");
            return null;
        }

        if (FirstGap(chain) is { } gap)
        {
            files.Add(
                CertificateKey,
                $"the chain in '{configuration.Certificate}' breaks: '{gap.Subject}' did not issue the certificate before it",
                "list the node's certificate first, then each issuer behind what it issued");
            return null;
        }

        chain.RemoveAt(0);
        return new NodeIdentity(certificate, chain);
    }

    private static X509Certificate2? FirstGap(X509Certificate2Collection chain)
    {
        for (int i = 1; i < chain.Count; i++)
        {
            if (!chain[i].SubjectName.RawData.AsSpan().SequenceEqual(chain[i - 1].IssuerName.RawData))
            {
                return chain[i];
            }
        }

        return null;
    }
}
