using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using KestrelL4.Authority.Pki;
using KestrelL4.Authority.RegistryStore;

namespace KestrelL4.Authority.Identities;

/// <summary>The files of root and issuers: made at the first start, taken as they are when somebody brought his own, checked always.</summary>
/// <remarks>
/// An issuer whose key is missing gets a new one, and its earlier certificates stay accepted: so an issuer is rotated, and so a
/// kill in the middle of the first start heals. The root's key is never replaced: everybody pins it.
/// </remarks>
/// <param name="directory">An absolute path.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class IssuerFiles(string directory, TimeProvider time)
{
    private const string RootName = "ca";
    private const string NodesName = "nodes";
    private const string ClientsName = "clients";
    private const string SnapshotsName = "snapshots";
    private const int Days = 3_650;

    private readonly PkiDirectory _files = new(directory);

    /// <summary>Opens them; false with the reason, naming the file and what to do.</summary>
    /// <param name="isNew">Whether the authority has no state yet, so that what is missing is made rather than missed.</param>
    /// <param name="issuers">Root and issuers.</param>
    /// <param name="refusal">Why not.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public bool TryOpen(bool isNew, [NotNullWhen(true)] out Issuers? issuers, [NotNullWhen(false)] out string? refusal)
    {
        issuers = null;
        refusal = isNew ? null : MissingPair();
        if (refusal is not null)
        {
            return false;
        }

        MakeRoot();
        if (!CertificateAuthorityReader.TryRead(_files.AuthorityCertificate, _files.AuthorityKey, time.GetUtcNow(), out CertificateAuthority? root, out refusal))
        {
            return false;
        }

        Renew(root, NodesName, CertificatePurpose.NodeIssuer);
        Renew(root, ClientsName, CertificatePurpose.ClientIssuer);
        Renew(root, SnapshotsName, CertificatePurpose.SnapshotIssuer);
        issuers = new IssuerReader(_files, root, time).Read(NodesName, ClientsName, SnapshotsName, out refusal);
        if (issuers is null)
        {
            root.Dispose();
        }

        return issuers is not null;
    }

    // What was there when the authority ran, and is not, must come back: in its place a new one would cut everybody off.
    private string? MissingPair()
    {
        string[] names = [RootName, NodesName, ClientsName, SnapshotsName];
        string[] missing = [.. names.Select(_files.CertificateOf).Where(static path => !File.Exists(path))];
        return missing.Length > 0 ? $"{string.Join(", ", missing)} missing from an authority that has run before; restore it from a backup" : null;
    }

    // The key first: alone it gets its certificate at the next start.
    private void MakeRoot()
    {
        if (File.Exists(_files.AuthorityCertificate))
        {
            return;
        }

        if (!File.Exists(_files.AuthorityKey))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            WriteKey(RootName, key);
        }

        if (CertificateAuthorityReader.TryReadKey(_files.AuthorityKey, out ECDsa? own, out _))
        {
            using (own)
            {
                using X509Certificate2 certificate = CertificateAuthority.Create(CertificatePurpose.Root, own, Lifetime());
                WriteCertificates(RootName, [certificate]);
            }
        }
    }

    // The certificate first: without its key it is an earlier one at the next start, which harms nobody.
    private void Renew(CertificateAuthority root, string name, Func<SerialNumber, CertificatePurpose> purpose)
    {
        if (File.Exists(_files.KeyOf(name)))
        {
            return;
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = root.Certify(purpose, new PublicKey(key), Lifetime());
        X509Certificate2Collection earlier = [];
        if (File.Exists(_files.CertificateOf(name)))
        {
            earlier.ImportFromPemFile(_files.CertificateOf(name));
        }

        DateTimeOffset now = time.GetUtcNow();
        WriteCertificates(name, [certificate, .. earlier.Where(other => other.NotAfter.ToUniversalTime() > now)]);
        WriteKey(name, key);
    }

    private Validity Lifetime() => Validity.StartingAt(time.GetUtcNow(), Days);

    private void WriteKey(string name, ECDsa key) =>
        DurableFile.Write(_files.KeyOf(name), Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"), DurableFile.Secret);

    private void WriteCertificates(string name, IEnumerable<X509Certificate2> certificates) => DurableFile.Write(
        _files.CertificateOf(name),
        Encoding.ASCII.GetBytes(string.Concat(certificates.Select(static certificate => certificate.ExportCertificatePem() + "\n"))),
        DurableFile.Public);
}
