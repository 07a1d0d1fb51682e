using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Protocol.Snapshots;

/// <summary>Verifies signed snapshots against an authority's root, and reads them.</summary>
/// <remarks>Every key counts that the root has certified for snapshots, so that two are valid while one replaces the other.</remarks>
/// <param name="root">The root, from a file or found by its pin.</param>
internal sealed class SnapshotVerifier(X509Certificate2 root)
{
    /// <summary>Verifies and reads a document; false with the reason when it must not be believed.</summary>
    /// <param name="document">A <see cref="SnapshotDocument"/>.</param>
    /// <param name="now">An instant by which the signer's certificate may have expired.</param>
    /// <param name="snapshot">What the authority signed.</param>
    /// <param name="refusal">Why it is refused, to be read after "the snapshot is refused: ".</param>
    public bool TryVerify(
        ReadOnlyMemory<byte> document,
        DateTimeOffset now,
        [NotNullWhen(true)] out Snapshot? snapshot,
        [NotNullWhen(false)] out string? refusal)
    {
        snapshot = null;
        if (SnapshotDocument.Read(document, out refusal) is not { } parts)
        {
            return false;
        }

        using X509Certificate2? signer = Load(parts.Certificate);
        if (signer is null)
        {
            refusal = "its signer's certificate cannot be read";
            return false;
        }

        refusal = ProblemOf(parts, signer) ?? Read(parts.Content.Span, out snapshot);
        if (snapshot is not null)
        {
            refusal = ProblemOf(snapshot, signer, now);
            snapshot = refusal is null ? snapshot : null;
        }

        return snapshot is not null;
    }

    private static X509Certificate2? Load(byte[] certificate)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(certificate);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private string? ProblemOf(SnapshotDocument parts, X509Certificate2 signer)
    {
        try
        {
            if (SnapshotSignerRole.ProblemOf(signer, root) is { } problem)
            {
                return problem;
            }

            using ECDsa key = signer.GetECDsaPublicKey()!;
            return key.VerifyData(parts.Signed.Span, parts.Signature, HashAlgorithmName.SHA256)
                ? null
                : "its signature does not match: it was changed after it was signed";
        }
        catch (CryptographicException)
        {
            return "its signer's certificate is garbled";
        }
    }

    private static string? Read(ReadOnlySpan<byte> content, out Snapshot? snapshot)
    {
        snapshot = SnapshotReader.Read(content);
        return snapshot is null ? "its signature is right, but its content cannot be read; is the authority of another version?" : null;
    }

    // A node's clock may be behind, so an early now is no fault; a key that has expired may have been stolen since.
    private static string? ProblemOf(Snapshot snapshot, X509Certificate2 signer, DateTimeOffset now)
    {
        DateTimeOffset notBefore = signer.NotBefore.ToUniversalTime();
        DateTimeOffset notAfter = signer.NotAfter.ToUniversalTime();
        return snapshot.IssuedAt < notBefore || snapshot.IssuedAt > notAfter
            ? $"it was signed at {snapshot.IssuedAt:u}, when its signer's certificate was not valid ({notBefore:u} to {notAfter:u})"
            : now > notAfter ? $"its signer's certificate expired at {notAfter:u}"
            : snapshot.Epoch < 1 || snapshot.Revision < 1 ? "its epoch and its revision are not 1 or more"
            : null;
    }
}
