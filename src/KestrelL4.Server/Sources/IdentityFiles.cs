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

        chain.RemoveAt(0);
        return new NodeIdentity(certificate, chain);
    }
}
