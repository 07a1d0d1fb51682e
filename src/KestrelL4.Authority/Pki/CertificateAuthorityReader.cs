using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Authority.Pki;

/// <summary>Reads a CA from its two files and refuses what could only sign certificates that nobody accepts.</summary>
internal static class CertificateAuthorityReader
{
    private const X509KeyUsageFlags Signs = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;

    /// <summary>Reads the CA; false with the reason, naming the file and what to do, when it cannot sign at this instant.</summary>
    public static bool TryRead(
        string certificatePath,
        string keyPath,
        DateTimeOffset now,
        [NotNullWhen(true)] out CertificateAuthority? authority,
        [NotNullWhen(false)] out string? refusal)
    {
        authority = null;
        if (!TryReadCertificate(certificatePath, out X509Certificate2? certificate, out refusal))
        {
            return false;
        }

        using (certificate)
        {
            refusal = FindFault(certificate, certificatePath, now);
            if (refusal is not null || !TryReadKey(keyPath, out ECDsa? key, out refusal))
            {
                return false;
            }

            using (key)
            {
                if (!key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo()))
                {
                    refusal = $"{keyPath} is not the key of {certificatePath}; restore the two files that belong together";
                    return false;
                }

                authority = new CertificateAuthority(certificate.CopyWithPrivateKey(key));
                return true;
            }
        }
    }

    private static bool TryReadCertificate(
        string path, [NotNullWhen(true)] out X509Certificate2? certificate, [NotNullWhen(false)] out string? refusal)
    {
        certificate = null;
        refusal = null;
        if (!File.Exists(path))
        {
            refusal = $"{path} does not exist, so there is no CA; make one with 'kestrell4 pki init', or name another --directory";
            return false;
        }

        try
        {
            certificate = X509CertificateLoader.LoadCertificateFromFile(path);
            return true;
        }
        catch (CryptographicException)
        {
            refusal = $"{path} is not a certificate in PEM; restore the file";
            return false;
        }
    }

    private static string? FindFault(X509Certificate2 certificate, string path, DateTimeOffset now)
    {
        bool signs = certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(static found => found.CertificateAuthority)
            && certificate.Extensions.OfType<X509KeyUsageExtension>().Any(static found => (found.KeyUsages & Signs) == Signs)
            && certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any();
        if (!signs)
        {
            return $"{path} is not the certificate of a CA that signs certificates and revocation lists; restore the file";
        }

        Validity validity = CertificateAuthority.ValidityOf(certificate);
        return validity.Contains(now)
            ? null
            : $"{path} is valid from {validity.NotBefore:u} to {validity.NotAfter:u} only, and now is {now:u}; "
              + "correct the clock, or make a new CA in another directory";
    }

    /// <summary>Reads an ECDSA key that its owner alone may read; false with the reason, naming the file and what to do.</summary>
    public static bool TryReadKey(string path, [NotNullWhen(true)] out ECDsa? key, [NotNullWhen(false)] out string? refusal)
    {
        key = null;
        refusal = null;
        if (!File.Exists(path))
        {
            refusal = $"{path} does not exist, and without it the CA signs nothing; restore the file";
            return false;
        }

        if ((File.GetUnixFileMode(path) & UnixFileMode.OtherRead) != 0)
        {
            refusal = $"{path} can be read by every user of this machine; run 'chmod 600 {path}', "
                + "and make a new CA if somebody may have copied it";
            return false;
        }

        var candidate = ECDsa.Create();
        try
        {
            candidate.ImportFromPem(File.ReadAllText(path));
            key = candidate;
            return true;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            candidate.Dispose();
            refusal = $"{path} is not an ECDSA private key in PEM without a password; restore the file";
            return false;
        }
    }
}
