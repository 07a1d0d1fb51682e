using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Protocol;

/// <summary>Whether a root has signed a certificate itself.</summary>
internal static class Certification
{
    private const X509ChainStatusFlags Dates = X509ChainStatusFlags.NotTimeValid | X509ChainStatusFlags.NotTimeNested;

    /// <summary>Whether a root has signed a certificate itself, whatever the dates of both; never asks the network.</summary>
    public static bool IsBy(X509Certificate2 root, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            CustomTrustStore = { root },
        };
        return TryBuild(chain, certificate)
            && chain.ChainElements.Count == 2
            && chain.ChainElements[1].Certificate.RawDataMemory.Span.SequenceEqual(root.RawDataMemory.Span)
            && chain.ChainStatus.All(static status => (status.Status & ~Dates) == 0);
    }

    /// <summary>Builds a chain, and leaves its status to be read; false when the certificate is so garbled that there is none.</summary>
    public static bool TryBuild(X509Chain chain, X509Certificate2 certificate)
    {
        try
        {
            chain.Build(certificate);
            return true;
        }
        catch (CryptographicException)
        {
            // OpenSSL fails so for a key or an extension that it can read in part.
            return false;
        }
    }
}
