using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Server.Tests.Agent;

/// <summary>The keys of an authority: a root, its issuers, its server, its snapshot signer.</summary>
internal sealed class AuthorityPki
{
    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private readonly TimeProvider _time;
    private readonly X509Certificate2 _nodes;
    private readonly SnapshotSigner _signer;

    public AuthorityPki(TimeProvider time)
    {
        _time = time;
        DateTimeOffset now = time.GetUtcNow();
        using ECDsa key = NewKey();
        CertificateRequest request = RequestOf("root", key);
        Root = request.CreateSelfSigned(now.AddDays(-1000), now.AddDays(1000));
        _nodes = Issuer("nodes");
        Clients = Issuer("clients");
        Server = Certify("authority", ServerUsage, "localhost");
        _signer = new SnapshotSigner(Certify("snapshots", SnapshotDocument.SignerUsage, host: null));
    }

    /// <summary>The root, with its key.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>The issuer of clients.</summary>
    public X509Certificate2 Clients { get; }

    /// <summary>What the authority's server shows, for localhost.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>How long the certificates of nodes live. 72 h.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(72);

    /// <summary>The root without its key, in PEM.</summary>
    public string RootPem => Root.ExportCertificatePem() + "\n";

    /// <summary>A node's certificate for the key of a request, followed by its issuer.</summary>
    public string Certify(string requestPem) =>
        CertifyKey(CertificateRequest.LoadSigningRequestPem(requestPem, HashAlgorithmName.SHA256).PublicKey, ServerUsage, ClientUsage);

    /// <summary>A certificate of the issuer of nodes for a key and usages, followed by the issuer.</summary>
    public string CertifyKey(PublicKey key, params string[] usages)
    {
        DateTimeOffset now = _time.GetUtcNow();
        var request = new CertificateRequest(new X500DistinguishedName("CN=edge-1"), key, HashAlgorithmName.SHA256);
        Extend(request, usages, "localhost");
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            _nodes, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using X509Certificate2 certificate = request.Create(_nodes, now.AddMinutes(-5), now + Lifetime, SerialNumber());
        return $"{certificate.ExportCertificatePem()}\n{_nodes.ExportCertificatePem()}\n";
    }

    /// <summary>Signs a snapshot.</summary>
    public byte[] Sign(Snapshot snapshot) => _signer.Sign(snapshot);

    /// <summary>A snapshot with one client, who is named after the revision.</summary>
    public Snapshot SnapshotOf(long epoch, long revision, string fingerprint = "f00d", string authorityId = "a1") => new()
    {
        AuthorityId = authorityId,
        Epoch = epoch,
        Revision = revision,
        Fingerprint = fingerprint,
        IssuedAt = _time.GetUtcNow(),
        ClientIssuers = [Convert.ToBase64String(Clients.RawData)],
        RevokedCertificates = ["authority:BAD"],
        Clients = new Dictionary<string, RegisteredClient>
        {
            [$"client-{revision}"] = new() { SerialNumbers = ["authority:5F3A01"], Applications = ["echo"] },
        },
    };

    private X509Certificate2 Issuer(string name)
    {
        using ECDsa key = NewKey();
        return Sign(RequestOf(name, key), key);
    }

    private X509Certificate2 Certify(string name, string usage, string? host)
    {
        using ECDsa key = NewKey();
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        Extend(request, [usage], host);
        return Sign(request, key);
    }

    private X509Certificate2 Sign(CertificateRequest request, ECDsa key)
    {
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            Root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        using X509Certificate2 certificate = request.Create(Root, _time.GetUtcNow().AddDays(-900), _time.GetUtcNow().AddDays(900), SerialNumber());
        return certificate.CopyWithPrivateKey(key);
    }

    private static CertificateRequest RequestOf(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private static void Extend(CertificateRequest request, string[] usages, string? host)
    {
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. usages.Select(static usage => new Oid(usage))], critical: false));
        if (host is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(host);
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }
    }

    private static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static byte[] SerialNumber() => [0x40, .. RandomNumberGenerator.GetBytes(15)];
}
