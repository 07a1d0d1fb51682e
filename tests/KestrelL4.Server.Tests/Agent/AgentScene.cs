using System.Security.Cryptography;
using System.Text;
using KestrelL4.Protocol.Snapshots;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Agent.Caches;
using KestrelL4.Server.Agent.Identities;
using KestrelL4.Server.Configuration;
using KestrelL4.Testing;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Tests.Agent;

/// <summary>A state directory, a clock and an authority's keys.</summary>
internal sealed class AgentScene : IDisposable
{
    public AgentScene()
    {
        Pki = new AuthorityPki(Time);
        CaFile = Directory.Write("root.crt", Pki.RootPem);
        Configuration = new AuthorityConfiguration { Urls = [new Uri("https://localhost:1")], Ca = CaFile };
    }

    // The TLS of the platform goes by the machine's clock.
    public FakeTime Time { get; } = new(TimeProvider.System.GetUtcNow());

    public AuthorityPki Pki { get; }

    public TemporaryDirectory Directory { get; } = new();

    public RecordingLoggers Loggers { get; } = new();

    public string CaFile { get; }

    public AuthorityConfiguration Configuration { get; set; }

    public string CacheDirectory => System.IO.Path.Combine(Directory.Path, "authority");

    public string PathOf(CachePart part) => System.IO.Path.Combine(CacheDirectory, part.Name);

    /// <summary>A new process's own parts: nothing is shared with an earlier one but the disk.</summary>
    public AgentParts NewParts() => new(new AgentSettings(Configuration, "hash", []), Directory.Path, Loggers, Time);

    /// <summary>A new process's view of the cache alone.</summary>
    public CachedHolding Read()
    {
        Standing standing = new(Loggers.CreateLogger<Standing>(), Time);
        return CachedHolding.Read(Configuration, new AuthorityCache(Directory.Path, standing, Loggers.CreateLogger<AuthorityCache>()), Time);
    }

    /// <summary>Puts a registry into a process's hands as if the authority had sent it.</summary>
    public void Put(AgentParts parts, Snapshot snapshot)
    {
        parts.LastGood.Use(Pki.Root);
        parts.LastGood.Put(
            Server.Agent.Following.RegistryConversion.Convert(snapshot, Pki.Root, HoldingSource.Authority, out _),
            SeenRegistry.Of(snapshot),
            Pki.Sign(snapshot));
    }

    /// <summary>Puts a new identity into a process's hands as if the authority had given it.</summary>
    public KeptIdentity PutIdentity(AgentParts parts)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string certificates = Pki.Certify(new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=x", key, HashAlgorithmName.SHA256).CreateSigningRequestPem());
        KeptIdentity identity = new(IssuedIdentity.Read(certificates, key, Pki.Root, out _)!, KeptIdentity.TextOf(key, certificates));
        parts.LastGood.Use(Pki.Root);
        parts.LastGood.Put(identity, "joined");
        return identity;
    }

    /// <summary>Replaces a file of the cache, keeping it for its owner alone.</summary>
    public void Overwrite(CachePart part, byte[] content)
    {
        File.WriteAllBytes(PathOf(part), content);
        File.SetUnixFileMode(PathOf(part), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Overwrite(CachePart part, string content) => Overwrite(part, Encoding.UTF8.GetBytes(content));

    public void Dispose() => Directory.Dispose();
}
