using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

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

    /// <summary>The node, reachable under one or more hosts.</summary>
    public static CertificatePurpose Server(IReadOnlyList<HostName> hosts)
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

        string commonName = hosts[0].Text.Length <= MaxCommonName ? hosts[0].Text : "server";
        return new CertificatePurpose(commonName, [.. EndEntity(ServerAuthentication), names.Build()]);
    }

    /// <summary>A client of a name. A name of more than 64 characters is kept whole, though the standard's bound is 64.</summary>
    public static CertificatePurpose Client(ClientName name) => new(name.Text, EndEntity(ClientAuthentication));

    /// <summary>A request for a key pair's certificate, to be signed by a CA.</summary>
    public CertificateRequest RequestFor(ECDsa key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(_commonName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        foreach (X509Extension extension in _extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        return request;
    }

    private static X509Extension[] EndEntity(string usage) =>
    [
        X509BasicConstraintsExtension.CreateForEndEntity(critical: true),
        new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true),
        new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false),
    ];
}
