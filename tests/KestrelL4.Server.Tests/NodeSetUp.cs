using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Server.Configuration;
using KestrelL4.Testing;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Server.Tests;

/// <summary>A configuration on files under which a node would start, to vary.</summary>
internal sealed class NodeSetUp : IAsyncDisposable
{
    public NodeSetUp()
    {
        TestAuthority authority = TestAuthority.CreateRoot();
        authority.WriteTo(Directory.Path, "ca.crt");
        authority.Issue(TestSubject.Server()).WriteTo(Directory.Path, "server");
        File = Directory.Write("node.json", $$"""
            { "KestrelL4": {
              "StateDirectory": "state",
              "Identity": { "Certificate": "server.crt", "Key": "server.key" },
              "ClientAuthorities": { "main": { "Certificate": "ca.crt" } },
              "Applications": { "echo": { "Listen": "127.0.0.1:0", "Upstreams": { "one": { "Address": "{{Upstream.EndPoint}}" } } } },
              "Admin": { "Listen": "127.0.0.1:0" }
            } }
            """);
    }

    public TemporaryDirectory Directory { get; } = new();

    public EchoServer Upstream { get; } = new();

    /// <summary>The configuration file.</summary>
    public string File { get; }

    /// <summary>The file, with settings of keys below <c>KestrelL4</c> over it.</summary>
    public ConfigurationSources With(params string[] settings) => new([File], null, [.. settings.Select(static setting => "KestrelL4:" + setting)]);

    /// <summary>Puts an identity in place whose key OpenSSL loads and then refuses in the handshake.</summary>
    public async Task WriteWeakIdentityAsync()
    {
        using RSA weak = RSA.Create(1024);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 own = new CertificateRequest("CN=weak", weak, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(now, now.AddDays(1));
        await System.IO.File.WriteAllTextAsync(Directory["server.crt"], own.ExportCertificatePem());
        await System.IO.File.WriteAllTextAsync(Directory["server.key"], weak.ExportPkcs8PrivateKeyPem());
    }

    public async ValueTask DisposeAsync()
    {
        await Upstream.DisposeAsync();
        Directory.Dispose();
    }
}
