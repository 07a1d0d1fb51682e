using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.Testing.Certificates;

/// <summary>A certificate authority in memory, ECDSA P-256: an anchor or an intermediate.</summary>
public sealed class TestAuthority
{
    private readonly X509Certificate2 _certificate;
    private readonly TestAuthority? _issuer;

    private TestAuthority(X509Certificate2 certificate, TestAuthority? issuer)
    {
        _certificate = certificate;
        _issuer = issuer;
    }

    /// <summary>A self-signed anchor.</summary>
    public static TestAuthority CreateRoot(string commonName = "test root")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return new TestAuthority(CreateRequest(commonName, key).CreateSelfSigned(now.AddDays(-7), now.AddDays(7)), issuer: null);
    }

    /// <summary>An authority signed by this one.</summary>
    public TestAuthority CreateIntermediate(string commonName)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = CreateRequest(commonName, key);
        request.CertificateExtensions.Add(IssuerKey());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        DateTimeOffset notBefore = Later(now.AddDays(-6), _certificate.NotBefore);
        DateTimeOffset notAfter = Earlier(now.AddDays(6), _certificate.NotAfter);
        using X509Certificate2 signed = request.Create(_certificate, notBefore, notAfter, RandomNumberGenerator.GetBytes(16));
        return new TestAuthority(signed.CopyWithPrivateKey(key), this);
    }

    /// <summary>The same self-signed CA, by its name and key, with another certificate.</summary>
    public TestAuthority Renew()
    {
        using ECDsa key = _certificate.GetECDsaPrivateKey()!;
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        CertificateRequest request = CreateRequest(_certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false), key);
        return new TestAuthority(request.CreateSelfSigned(now.AddDays(-6), now.AddDays(8)), issuer: null);
    }

    /// <summary>This authority's certificate and those above it, up to the anchor.</summary>
    public IEnumerable<X509Certificate2> Chain() => _issuer is null ? [_certificate] : _issuer.Chain().Prepend(_certificate);

    /// <summary>Writes the chain as one PEM file, as <c>ClientAuthorities</c> takes it, and gives its path.</summary>
    public string WriteTo(string directory, string name)
    {
        string path = Path.Combine(directory, name);
        File.WriteAllText(path, string.Join('\n', Chain().Select(link => link.ExportCertificatePem())) + "\n");
        return path;
    }

    /// <summary>Signs a certificate for a new key.</summary>
    public TestCertificate Issue(TestSubject subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={subject.CommonName}", key, HashAlgorithmName.SHA256);
        foreach (X509Extension extension in ExtensionsOf(subject, request.PublicKey))
        {
            request.CertificateExtensions.Add(extension);
        }

        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        byte[] serialNumber = subject.SerialNumber ?? [0x40, .. RandomNumberGenerator.GetBytes(15)];
        using X509Certificate2 signed = request.Create(
            _certificate, subject.NotBefore ?? now.AddHours(-1), subject.NotAfter ?? now.AddDays(1), serialNumber);
        return new TestCertificate(signed.CopyWithPrivateKey(key), this);
    }

    /// <summary>Signs a revocation list: issued a minute ago, the next one due in a day.</summary>
    public TestRevocationList RevocationList(int number, params string[] serialNumbers)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return RevocationList(number, now.AddMinutes(-1), now.AddDays(1), serialNumbers);
    }

    /// <summary>Signs a revocation list that names serial numbers in hex of an even length.</summary>
    public TestRevocationList RevocationList(
        int number, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, params string[] serialNumbers)
    {
        CertificateRevocationListBuilder builder = new();
        foreach (string serialNumber in serialNumbers)
        {
            builder.AddEntry(Convert.FromHexString(serialNumber), thisUpdate, X509RevocationReason.KeyCompromise);
        }

        return new TestRevocationList(builder.Build(_certificate, number, nextUpdate, HashAlgorithmName.SHA256, thisUpdate: thisUpdate));
    }

    // A certificate must not outlive its issuer, be it by the second between two of them.
    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static CertificateRequest CreateRequest(string commonName, ECDsa key)
    {
        CertificateRequest request = new($"CN={commonName}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    private X509AuthorityKeyIdentifierExtension IssuerKey()
        => X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            _certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false);

    private IEnumerable<X509Extension> ExtensionsOf(TestSubject subject, PublicKey key)
    {
        yield return X509BasicConstraintsExtension.CreateForEndEntity();
        yield return new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true);
        yield return new X509SubjectKeyIdentifierExtension(key, critical: false);
        yield return IssuerKey();
        if (subject.Usage != KeyUsage.Any)
        {
            string purpose = subject.Usage == KeyUsage.Client ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.1";
            yield return new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false);
        }

        if (subject.Extension is not null)
        {
            yield return subject.Extension;
        }

        if (subject.Hosts.Count > 0)
        {
            yield return SubjectAlternativeName.Of(subject.Hosts);
        }

        if (subject.IssuerUrl is not null)
        {
            yield return new X509AuthorityInformationAccessExtension(ocspUris: null, [subject.IssuerUrl.AbsoluteUri]);
        }

        if (subject.RevocationListUrl is not null)
        {
            yield return CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([subject.RevocationListUrl.AbsoluteUri]);
        }
    }
}
