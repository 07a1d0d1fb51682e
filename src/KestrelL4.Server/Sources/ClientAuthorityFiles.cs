using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Sources;

/// <summary>The client authorities from files.</summary>
internal static class ClientAuthorityFiles
{
    /// <summary>Loads and checks the chain of one client authority, from the issuer to its self-signed anchor; null after an error.</summary>
    public static IReadOnlyList<X509Certificate2>? Chain(
        string name, ClientAuthorityConfiguration configuration, PemFile files, TimeProvider time)
    {
        string keyPath = $"KestrelL4:ClientAuthorities:{name}:Certificate";
        return files.Certificates(keyPath, configuration.Certificate) is { } certificates
            ? Chain(keyPath, files.Name(keyPath, configuration.Certificate), certificates, files, time)
            : null;
    }

    private static List<X509Certificate2>? Chain(
        string keyPath, string file, X509Certificate2Collection certificates, PemFile files, TimeProvider time)
    {
        if (certificates.FirstOrDefault(static certificate => !certificate.MayIssue()) is { } other)
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
}
