using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Authority.Identities;
using KestrelL4.Authority.RegistryStore;
using KestrelL4.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Authority.Tests;

/// <summary>An authority's parts on a directory of its own, with a clock that tests move.</summary>
internal sealed class AuthorityFixture : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public AuthorityFixture()
    {
        Issuers = OpenIssuers(_home.Path, Time, isNew: true);
        Store = OpenStore();
    }

    public FakeTime Time { get; } = new();

    public Issuers Issuers { get; }

    public Store Store { get; private set; }

    public string this[string file] => _home[file];

    public static Issuers OpenIssuers(string directory, TimeProvider time, bool isNew) =>
        new IssuerFiles(directory, time).TryOpen(isNew, out Issuers? issuers, out string? refusal) ? issuers : throw new InvalidDataException(refusal);

    public static string RequestFor(AsymmetricAlgorithm key, string subject = "CN=whoever")
    {
        CertificateRequest request = key is RSA rsa
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, HashAlgorithmName.SHA256);
        return request.CreateSigningRequestPem();
    }

    public static SigningRequest NewRequest()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return SigningRequest.TryRead(RequestFor(key), out SigningRequest? request, out string? refusal)
            ? request
            : throw new InvalidDataException(refusal);
    }

    public static X509Certificate2 CertificateOf(Answer<string> chain)
    {
        Assert.True(chain.IsDone, chain.Refusal?.Text);
        return X509Certificate2.CreateFromPem(chain.Value);
    }

    /// <summary>Ends the store as a stop would, and opens it again.</summary>
    public void Reopen()
    {
        Store.Dispose();
        Store = OpenStore();
    }

    public string[] AuditLines() => File.ReadAllLines(this["audit.log"]);

    public void Dispose()
    {
        Store.Dispose();
        Issuers.Dispose();
        _home.Dispose();
    }

    private Store OpenStore() => Store.Open(new StoreFiles(_home.Path), Time, NullLogger<Store>.Instance);
}
