using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Tls;

namespace KestrelL4.Server.Sources;

/// <summary>What a certificate of our own is for.</summary>
/// <param name="Usage">The extended key usage that it needs when it has any.</param>
/// <param name="Whom">Who presents it.</param>
internal sealed record CertificateRole(string Usage, string Whom)
{
    /// <summary>Presented to our clients.</summary>
    public static readonly CertificateRole Server = new("1.3.6.1.5.5.7.3.1", "server");

    /// <summary>Presented to servers.</summary>
    public static readonly CertificateRole Client = new("1.3.6.1.5.5.7.3.2", "client");
}

/// <summary>A certificate of our own with its chain and key, from two files.</summary>
/// <param name="section">The key of the section that names them as <c>Certificate</c> and <c>Key</c>.</param>
/// <param name="role">What it is for.</param>
/// <param name="files">Reads them, and receives what is wrong.</param>
internal sealed class OwnCertificateFiles(string section, CertificateRole role, PemFile files)
{
    private readonly string _certificateKey = $"{section}:Certificate";

    /// <summary>Loads and checks the certificate; null after an error.</summary>
    public NodeIdentity? Load(string certificateFile, string keyFile, TimeProvider time)
    {
        if (files.Certificates(_certificateKey, certificateFile) is not { } chain
            || files.WithKey($"{section}:Key", keyFile, chain[0]) is not { } certificate)
        {
            return null;
        }

        string file = files.Name(_certificateKey, certificateFile);
        if (certificate.ValidityProblem(time) is { } problem)
        {
            files.Add(_certificateKey, $"the certificate in {file} {problem}", "renew it, or check the machine's clock");
            return null;
        }

        if (!IsUsable(certificate))
        {
            files.Add(
                _certificateKey,
                $"the certificate in {file} is not for {role.Whom}s: its extended key usage lacks {role.Whom} authentication",
                $"name a certificate that was issued for a {role.Whom}");
            return null;
        }

        if (FirstGap(chain) is { } gap)
        {
            files.Add(
                _certificateKey,
                $"the chain in {file} breaks: {Printable.Quote(gap.Subject)} did not issue the certificate before it",
                "list the node's certificate first, then each issuer behind what it issued");
            return null;
        }

        chain.RemoveAt(0);
        return new NodeIdentity(certificate, chain);
    }

    private bool IsUsable(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .All(usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(purpose => purpose.Value == role.Usage));

    private static X509Certificate2? FirstGap(X509Certificate2Collection chain)
    {
        for (int i = 1; i < chain.Count; i++)
        {
            if (!chain[i].Issued(chain[i - 1]))
            {
                return chain[i];
            }
        }

        return null;
    }
}
