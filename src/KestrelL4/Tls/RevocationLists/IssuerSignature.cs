using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Tls.RevocationLists;

/// <summary>Whether a CA signed something, and might.</summary>
internal static class IssuerSignature
{
    private const string Wrong = "is not signed by its issuer's key, or was changed since";

    /// <summary>Why a revocation list does not count as signed; null when it does.</summary>
    /// <param name="algorithm">The AlgorithmIdentifier that it names.</param>
    /// <param name="signed">What is signed.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="issuer">The certificate of the CA.</param>
    /// <exception cref="CryptographicException">The certificate's key cannot be used.</exception>
    public static string? Problem(
        ReadOnlyMemory<byte> algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature, X509Certificate2 issuer)
    {
        if (SignatureAlgorithm.Read(algorithm, out SignatureAlgorithm? known) is { } problem)
        {
            return problem;
        }

        if (!Verify(known!, signed, signature, issuer))
        {
            return Wrong;
        }

        // RFC 5280 section 6.3.3 (f): a certificate without key usage is for everything.
        return issuer.Extensions.OfType<X509KeyUsageExtension>().All(static usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign))
            ? null
            : "is signed by a CA whose certificate is not for that: its key usage lacks the signing of revocation lists";
    }

    private static bool Verify(
        SignatureAlgorithm algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature, X509Certificate2 issuer)
    {
        if (algorithm.Padding is { } padding)
        {
            using RSA? rsa = issuer.GetRSAPublicKey();
            return rsa?.VerifyData(signed, signature, algorithm.Hash, padding) is true;
        }

        using ECDsa? ecdsa = issuer.GetECDsaPublicKey();
        return ecdsa?.VerifyData(signed, signature, algorithm.Hash, DSASignatureFormat.Rfc3279DerSequence) is true;
    }
}
