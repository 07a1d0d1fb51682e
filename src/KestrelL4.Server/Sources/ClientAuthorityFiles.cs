using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Tls;

namespace KestrelL4.Server.Sources;

/// <summary>The client authorities from files.</summary>
internal static class ClientAuthorityFiles
{
    /// <summary>Loads and checks every client authority; null after an error.</summary>
    public static IReadOnlyList<ClientAuthority>? Load(
        IReadOnlyDictionary<string, ClientAuthorityConfiguration> configuration, PemFile files, TimeProvider time)
    {
        List<ClientAuthority> authorities = [];
        foreach ((string name, ClientAuthorityConfiguration authority) in configuration)
        {
            string keyPath = $"KestrelL4:ClientAuthorities:{name}:Certificate";
            if (files.Certificates(keyPath, authority.Certificate) is { } certificates
                && Chain(keyPath, authority.Certificate, certificates, files, time) is { } chain)
            {
                RevocationList? list = authority.RevocationList is { } listPath
                    ? RevocationListFile.Load($"KestrelL4:ClientAuthorities:{name}:RevocationList", listPath, chain[0], files, time)
                    : null;
                if (list is not null || authority.RevocationList is null)
                {
                    authorities.Add(new ClientAuthority(name, chain) { RevocationList = list, MaxRevocationAge = authority.MaxRevocationAge });
                }
            }
        }

        return authorities.Count == configuration.Count ? authorities : null;
    }

    private static List<X509Certificate2>? Chain(
        string keyPath, string path, X509Certificate2Collection certificates, PemFile files, TimeProvider time)
    {
        string file = files.Name(keyPath, path);
        if (certificates.FirstOrDefault(static certificate => !MayIssue(certificate)) is { } other)
        {
            files.Add(
                keyPath,
                $"{file} holds {Printable.Quote(other.Subject)}, which is no CA certificate",
                "list the issuing CA first, then those above it");
            return null;
        }

        List<X509Certificate2> chain = [certificates[0]];
        while (!chain[^1].Issued(chain[^1]))
        {
            X509Certificate2 below = chain[^1];
            if (certificates.FirstOrDefault(candidate => !chain.Contains(candidate) && candidate.Issued(below)) is not { } above)
            {
                files.Add(
                    keyPath,
                    $"the chain in {file} stops at {Printable.Quote(below.Subject)}: its issuer {Printable.Quote(below.Issuer)} is not in the file",
                    "append the certificates up to the self-signed anchor");
                return null;
            }

            chain.Add(above);
        }

        // One that is out of force takes every client of this authority with it.
        foreach (X509Certificate2 certificate in chain)
        {
            if (certificate.ValidityProblem(time) is { } problem)
            {
                files.Add(keyPath, $"{Printable.Quote(certificate.Subject)} in {file} {problem}", "renew it, or check the machine's clock");
                return null;
            }
        }

        return chain;
    }

    private static bool MayIssue(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is { CertificateAuthority: true };
}
