using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Protocol.Snapshots;

/// <summary>What makes a certificate that of a snapshot issuer: certified by the root itself, for snapshots and nothing else.</summary>
internal static class SnapshotSignerRole
{
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>Why a certificate is not that of a snapshot issuer under a root, whatever its dates; null when it is.</summary>
    public static string? ProblemOf(X509Certificate2 certificate, X509Certificate2 root) =>
        !Certification.IsBy(root, certificate) ? "its signer is not certified by this authority's root"
        : !IsForSnapshots(certificate) ? "its signer's certificate is this authority's, but not for signing snapshots"
        : !HasKeyOfItsKind(certificate) ? "its signer's key is not ECDSA P-256"
        : null;

    private static bool IsForSnapshots(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().SingleOrDefault() is { } usage
        && usage.EnhancedKeyUsages.Cast<Oid>().Select(static oid => oid.Value).SequenceEqual([SnapshotDocument.SignerUsage])
        && certificate.Extensions.OfType<X509BasicConstraintsExtension>().All(static constraint => !constraint.CertificateAuthority);

    private static bool HasKeyOfItsKind(X509Certificate2 certificate)
    {
        using ECDsa? key = certificate.GetECDsaPublicKey();
        return key is { KeySize: 256 } && key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == P256;
    }
}
