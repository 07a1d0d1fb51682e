using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using KestrelL4.Protocol;
using KestrelL4.Server.Configuration.Loading;
using KestrelL4.Server.Runtime;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>Reads an authority's root: one self-signed CA certificate in PEM, from a file or as the authority gives it.</summary>
internal static class RootFile
{
    private const int MostBytes = 1024 * 1024;

    /// <summary>The root in the file that <c>Ca</c> names.</summary>
    /// <param name="path">An absolute path.</param>
    public static Contact<X509Certificate2> Read(string path)
    {
        try
        {
            // Opening a pipe would wait for its writer.
            return FileFacts.Of(path) is { IsRegular: false } ? Refuse(path, "is no regular file")
                : Parse(Encoding.UTF8.GetString(BoundedFile.Read(path, MostBytes)), out string problem) is { } root ? root
                : Refuse(path, problem);
        }
        catch (FormatException exception)
        {
            return Refuse(path, exception.Message);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Refuse(path, "does not exist");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refuse(path, $"cannot be read ({(exception is UnauthorizedAccessException ? "access is denied" : exception.Message)})");
        }
    }

    /// <summary>The root in a PEM text; null when there is none, with the reason.</summary>
    public static X509Certificate2? Parse(string text, out string problem)
    {
        X509Certificate2Collection certificates = [];
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException)
        {
            problem = "holds a certificate that cannot be read";
            return null;
        }

        problem = certificates.Count == 0 ? "holds no PEM certificate"
            : certificates.Count > 1 ? $"holds {certificates.Count} certificates where the root stands alone"
            : !IsSelfSignedAuthority(certificates[0]) ? "holds a certificate that is no self-signed CA, so no root"
            : "";
        return problem.Length == 0 ? certificates[0] : null;
    }

    private static bool IsSelfSignedAuthority(X509Certificate2 certificate)
    {
        if (!certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(static constraint => constraint.CertificateAuthority))
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid,
            CustomTrustStore = { certificate },
        };
        return Certification.TryBuild(chain, certificate) && chain.ChainElements.Count == 1
            && chain.ChainStatus.All(static status => status.Status == X509ChainStatusFlags.NotTimeValid);
    }

    private static ContactFailure Refuse(string path, string problem) => new(
        ContactFault.Misconfigured, $"The authority's root, '{path}', {problem}; name the authority's ca.crt in Ca");
}
