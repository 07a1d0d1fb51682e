using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Pki;
using KestrelL4.Protocol;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Authority.Identities;

/// <summary>Reads the issuers under a root and sees that all belong together.</summary>
/// <param name="files">Their files.</param>
/// <param name="root">The root.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class IssuerReader(PkiDirectory files, CertificateAuthority root, TimeProvider time)
{
    /// <summary>Reads them; null with the reason, naming the file and what to do.</summary>
    public Issuers? Read(string nodes, string clients, string snapshots, out string? refusal)
    {
        refusal = ProblemOfRoot();
        CertificateAuthority? nodeIssuer = refusal is null ? ReadIssuer(nodes, out refusal) : null;
        CertificateAuthority? clientIssuer = refusal is null ? ReadIssuer(clients, out refusal) : null;
        X509Certificate2? signer = refusal is null ? ReadSigner(snapshots, out refusal) : null;
        refusal ??= ProblemTogether(nodeIssuer!, clientIssuer!, nodes, clients);
        if (refusal is null)
        {
            return new Issuers
            {
                Root = root,
                Nodes = nodeIssuer!,
                Clients = clientIssuer!,
                Snapshots = signer!,
                AcceptedNodes = ReadAll(nodes),
                AcceptedClients = ReadAll(clients),
            };
        }

        nodeIssuer?.Dispose();
        clientIssuer?.Dispose();
        signer?.Dispose();
        return null;
    }

    private string? ProblemOfRoot() =>
        root.Certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(static found => found is { HasPathLengthConstraint: true, PathLengthConstraint: < 1 })
            ? $"{files.AuthorityCertificate} may not certify issuers (its path length is 0, as 'kestrell4 pki' makes them); bring a root that may"
            : null;

    private CertificateAuthority? ReadIssuer(string name, out string? refusal)
    {
        string path = files.CertificateOf(name);
        if (!CertificateAuthorityReader.TryRead(path, files.KeyOf(name), time.GetUtcNow(), out CertificateAuthority? issuer, out refusal))
        {
            return null;
        }

        X509Certificate2[] strangers = [.. ReadAll(name).Where(certificate => !Certification.IsBy(root.Certificate, certificate))];
        if (strangers.Length == 0)
        {
            return issuer;
        }

        issuer.Dispose();
        refusal = $"{path} holds '{strangers[0].Subject}', which {files.AuthorityCertificate} has not certified; restore the files that belong together";
        return null;
    }

    private X509Certificate2? ReadSigner(string name, out string? refusal)
    {
        string path = files.CertificateOf(name);
        X509Certificate2 certificate;
        try
        {
            certificate = X509CertificateLoader.LoadCertificateFromFile(path);
        }
        catch (CryptographicException)
        {
            refusal = $"{path} is not a certificate in PEM; restore the file";
            return null;
        }

        using (certificate)
        {
            refusal = SnapshotSignerRole.ProblemOf(certificate, root.Certificate) is { } problem
                ? $"{path} is not that of a snapshot issuer of this authority ({problem}); restore the files that belong together"
                : CertificateAuthority.ValidityOf(certificate) is var validity && !validity.Contains(time.GetUtcNow())
                    ? $"{path} is valid from {validity.NotBefore:u} to {validity.NotAfter:u} only; correct the clock, or remove {files.KeyOf(name)} to have a new one made"
                    : null;
            if (refusal is not null || !CertificateAuthorityReader.TryReadKey(files.KeyOf(name), out ECDsa? key, out refusal))
            {
                return null;
            }

            using (key)
            {
                if (key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo()))
                {
                    return certificate.CopyWithPrivateKey(key);
                }
            }

            refusal = $"{files.KeyOf(name)} is not the key of {path}; restore the two files that belong together";
            return null;
        }
    }

    // One key in two roles would make a client of every node, or the reverse.
    private string? ProblemTogether(CertificateAuthority nodeIssuer, CertificateAuthority clientIssuer, string nodes, string clients) =>
        SameKey(nodeIssuer, clientIssuer) || SameKey(nodeIssuer, root) || SameKey(clientIssuer, root)
            ? $"{files.AuthorityCertificate}, {files.CertificateOf(nodes)} and {files.CertificateOf(clients)} must have a key each; bring three that differ"
            : null;

    private static bool SameKey(CertificateAuthority one, CertificateAuthority other) =>
        one.Certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(other.Certificate.PublicKey.ExportSubjectPublicKeyInfo());

    private X509Certificate2[] ReadAll(string name)
    {
        X509Certificate2Collection all = [];
        all.ImportFromPemFile(files.CertificateOf(name));
        return [.. all];
    }
}
