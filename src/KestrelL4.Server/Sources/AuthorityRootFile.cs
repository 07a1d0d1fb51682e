using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Sources;

/// <summary>The authority's root from the file that <c>Authority:Ca</c> names.</summary>
internal static class AuthorityRootFile
{
    private const string KeyPath = "KestrelL4:Authority:Ca";

    /// <summary>Loads and checks the root: one self-signed CA certificate, in date; null after an error.</summary>
    public static X509Certificate2? Load(string path, PemFile files, TimeProvider time)
    {
        if (files.Certificates(KeyPath, path) is not { } certificates)
        {
            return null;
        }

        X509Certificate2 root = certificates[0];
        string? problem = certificates.Count > 1 ? $"holds {certificates.Count} certificates"
            : !root.MayIssue() ? $"holds {Printable.Quote(root.Subject)}, which is no CA certificate"
            : !root.Issued(root) ? $"holds {Printable.Quote(root.Subject)}, which is not self-signed"
            : null;
        if (problem is not null)
        {
            files.Add(KeyPath, $"{files.Name(KeyPath, path)} {problem}", "name the ca.crt of the authority's directory");
            return null;
        }

        if (root.ValidityProblem(time) is { } outOfForce)
        {
            files.Add(
                KeyPath, $"{Printable.Quote(root.Subject)} in {files.Name(KeyPath, path)} {outOfForce}", "name the authority's present root, or check the machine's clock");
            return null;
        }

        return root;
    }
}
