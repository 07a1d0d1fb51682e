using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Server.Sources;

/// <summary>Which certificate signed which: by the signature, for two issuers may bear one name.</summary>
internal static class Issuance
{
    /// <summary>Whether this certificate's key signed the other, or itself. Dates and trust are left aside, nothing is fetched.</summary>
    public static bool Issued(this X509Certificate2 issuer, X509Certificate2 certificate)
    {
        if (!issuer.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData))
        {
            return false;
        }

        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.ExtraStore.Add(issuer);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        _ = chain.Build(certificate);
        int issuerAt = issuer.Equals(certificate) ? 0 : 1;
        return chain.ChainElements.Count > issuerAt
            && chain.ChainElements[issuerAt].Certificate.Equals(issuer)
            && chain.ChainElements[0].ChainElementStatus.All(static found => found.Status != X509ChainStatusFlags.NotSignatureValid);
    }

    /// <summary>Whether a certificate is a CA's.</summary>
    public static bool MayIssue(this X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is { CertificateAuthority: true };

    /// <summary>Why a certificate is not in force now; null when it is.</summary>
    public static string? ValidityProblem(this X509Certificate2 certificate, TimeProvider time)
    {
        DateTime now = time.GetUtcNow().UtcDateTime;
        DateTime begin = certificate.NotBefore.ToUniversalTime();
        DateTime end = certificate.NotAfter.ToUniversalTime();
        return end <= now ? $"expired at {end:u}" : begin > now ? $"is not valid before {begin:u}" : null;
    }
}
