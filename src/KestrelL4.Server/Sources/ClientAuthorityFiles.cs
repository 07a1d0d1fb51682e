using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration;
using KestrelL4.Tls;

namespace KestrelL4.Server.Sources;

/// <summary>The client authorities from files.</summary>
internal static class ClientAuthorityFiles
{
    /// <summary>Loads and checks every client authority; null after an error.</summary>
    public static IReadOnlyList<ClientAuthority>? Load(
        IReadOnlyDictionary<string, ClientAuthorityConfiguration> configuration, PemFile files)
    {
        List<ClientAuthority> authorities = [];
        foreach ((string name, ClientAuthorityConfiguration authority) in configuration)
        {
            string keyPath = $"KestrelL4:ClientAuthorities:{name}:Certificate";
            if (files.Certificates(keyPath, authority.Certificate) is { } certificates
                && Chain(keyPath, authority.Certificate, certificates, files) is { } chain)
            {
                authorities.Add(new ClientAuthority(name, chain));
            }
        }

        return authorities.Count == configuration.Count ? authorities : null;
    }

    private static List<X509Certificate2>? Chain(
        string keyPath, string path, X509Certificate2Collection certificates, PemFile files)
    {
        List<X509Certificate2> chain = [certificates[0]];
        foreach (X509Certificate2 certificate in certificates)
        {
            if (!MayIssue(certificate))
            {
                files.Add(keyPath, $"'{path}' holds '{certificate.Subject}', which is no CA certificate", "list the issuing CA first, then those above it");
                return null;
            }
        }

        while (!IsSelfSigned(chain[^1]))
        {
            X509Certificate2? above = certificates.FirstOrDefault(candidate => Signed(chain[^1], candidate) && !chain.Contains(candidate));
            if (above is null)
            {
                files.Add(
                    keyPath,
                    $"the chain in '{path}' stops at '{chain[^1].Subject}', whose issuer '{chain[^1].Issuer}' is not in the file",
                    "append the certificates up to the self-signed anchor");
                return null;
            }

            chain.Add(above);
        }

        return chain;
    }

    private static bool MayIssue(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is { CertificateAuthority: true };

    private static bool IsSelfSigned(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    private static bool Signed(X509Certificate2 certificate, X509Certificate2 issuer) =>
        certificate.IssuerName.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData);
}
