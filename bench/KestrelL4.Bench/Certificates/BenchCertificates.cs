using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Bench.Certificates;

/// <summary>The certificates that every proxy and the client share: one CA, one server, one client, all EC P-256.</summary>
internal sealed class BenchCertificates : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(2);
    private readonly ECDsa _authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly DateTimeOffset _notBefore;

    private BenchCertificates(TimeProvider time)
    {
        // Clocks of the peers are this machine's own; a minute covers the whole-second fields of a certificate.
        _notBefore = time.GetUtcNow().AddMinutes(-1);
        var request = new CertificateRequest("CN=bench CA", _authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Authority = request.CreateSelfSigned(_notBefore, _notBefore + Lifetime);
        Server = Issue("CN=localhost", "1.3.6.1.5.5.7.3.1");
        Client = Issue("CN=bench", "1.3.6.1.5.5.7.3.2");
    }

    /// <summary>The self-signed CA that issued the other two.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>What the proxies present, with its key; valid for <c>localhost</c> and 127.0.0.1.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>What the load presents, with its key.</summary>
    public X509Certificate2 Client { get; }

    /// <summary>Makes a new set, valid from now on for two days.</summary>
    public static BenchCertificates Create(TimeProvider time) => new(time);

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
        Authority.Dispose();
        _authorityKey.Dispose();
    }

    private X509Certificate2 Issue(string subject, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        byte[] serialNumber = RandomNumberGenerator.GetBytes(16);
        serialNumber[0] &= 0x7F;
        using X509Certificate2 certificate = request.Create(Authority, _notBefore, _notBefore + Lifetime, serialNumber);
        return certificate.CopyWithPrivateKey(key);
    }
}
