using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Authority.Pki;

/// <summary>What a certificate is for: whose name it bears, and the extensions that say what it may do.</summary>
internal sealed class CertificatePurpose
{
    // RFC 5280 appendix A.1, ub-common-name.
    private const int MaxCommonName = 64;

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private readonly string _commonName;
    private readonly X509Extension[] _extensions;

    private CertificatePurpose(string commonName, params X509Extension[] extensions)
    {
        _commonName = commonName;
        _extensions = extensions;
    }

    /// <summary>A CA that signs end certificates and revocation lists, and no further CA.</summary>
    public static CertificatePurpose Authority(SerialNumber serialNumber) => new(
        // Two CAs of one name would be mistaken for each other while chains are built.
        $"KestrelL4 CA {serialNumber.Text[..8]}",
        X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLengthConstraint: 0),
        new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));

    /// <summary>The root of an authority: it certifies issuers, the snapshot issuer, and the authority's own server.</summary>
    public static CertificatePurpose Root(SerialNumber serialNumber) => new(
        $"KestrelL4 root {serialNumber.Text[..8]}",
        X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLengthConstraint: 1),
        new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));

    /// <summary>The issuer of nodes, under a root.</summary>
    public static CertificatePurpose NodeIssuer(SerialNumber serialNumber) =>
        Issuer("nodes", serialNumber, ServerAuthentication, ClientAuthentication);

    /// <summary>The issuer of clients, under a root.</summary>
    public static CertificatePurpose ClientIssuer(SerialNumber serialNumber) => Issuer("clients", serialNumber, ClientAuthentication);

    /// <summary>The issuer of snapshots, under a root: it signs them with its own key, and no certificate.</summary>
    public static CertificatePurpose SnapshotIssuer(SerialNumber serialNumber) =>
        new($"KestrelL4 snapshots {serialNumber.Text[..8]}", EndEntity(SnapshotDocument.SignerUsage));

    /// <summary>The node, reachable under one or more hosts.</summary>
    public static CertificatePurpose Server(IReadOnlyList<HostName> hosts) => new(
        hosts[0].Text.Length <= MaxCommonName ? hosts[0].Text : "server",
        [.. EndEntity(ServerAuthentication), NamesOf(hosts)]);

    /// <summary>A node of an authority: a server to its clients, and a client to the authority.</summary>
    public static CertificatePurpose Node(string name, IReadOnlyList<HostName> hosts) =>
        new(name, [.. EndEntity(ServerAuthentication, ClientAuthentication), NamesOf(hosts)]);

    /// <summary>A client of a name. A name of more than 64 characters is kept whole, though the standard's bound is 64.</summary>
    public static CertificatePurpose Client(ClientName name) => new(name.Text, EndEntity(ClientAuthentication));

    /// <summary>A request for the certificate of a key, to be signed by a CA.</summary>
    public CertificateRequest RequestFor(PublicKey key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(_commonName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        foreach (X509Extension extension in _extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        return request;
    }

    // The usages of an issuer bound those of what it issues.
    private static CertificatePurpose Issuer(string kind, SerialNumber serialNumber, params string[] usages) => new(
        $"KestrelL4 {kind} {serialNumber.Text[..8]}",
        X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLengthConstraint: 0),
        new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true),
        Usage(usages));

    private static X509Extension NamesOf(IReadOnlyList<HostName> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (HostName host in hosts.Distinct())
        {
            if (host.Address is { } address)
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host.Text);
            }
        }

        return names.Build();
    }

    private static X509EnhancedKeyUsageExtension Usage(string[] usages) =>
        new([.. usages.Select(static usage => new Oid(usage))], critical: false);

    private static X509Extension[] EndEntity(params string[] usages) =>
    [
        X509BasicConstraintsExtension.CreateForEndEntity(critical: true),
        new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true),
        Usage(usages),
    ];
}
