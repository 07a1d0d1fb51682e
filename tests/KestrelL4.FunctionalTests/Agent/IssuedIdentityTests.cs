using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.FunctionalTests.Agent;

/// <summary>An identity that the authority issued is renewed in time, and what comes when it could not be.</summary>
/// <remarks>Certificates live 72 h; those of the tests are made with the key of the authority's issuer of nodes, and begin and end when the tests need it.</remarks>
public sealed class IssuedIdentityTests(CacheFixture fixture) : IClassFixture<CacheFixture>
{
    [Fact]
    public async Task Identity_PastAThirdOfItsLife_IsRenewedAndTheTrafficGoesOn()
    {
        await using CachedNode cached = await fixture.CopyAsync();
        DateTimeOffset notAfter = Forge(cached, TimeSpan.FromHours(-2), TimeSpan.FromHours(2));
        await using WorkingNode working = WorkingNode.Of(await cached.StartAsync(HttpStatusCode.OK), fixture.Scene.Alice);
        TestNode node = working.Node;
        Assert.Equal(notAfter, await NotAfterAsync(node), TimeSpan.FromSeconds(1));

        cached.Link.Mend();

        await Eventually.UntilAsync(async () => await NotAfterAsync(node) > notAfter.AddHours(60), "the identity is renewed");
        Assert.Equal("authority", (string?)(await node.StatusAsync())["identity"]!["source"]);
        await working.Traffic.AssertUnharmedAsync();
        await using TlsClient client = await node.HoldAsync(fixture.Scene.Alice);
        Assert.InRange(client.Stream.RemoteCertificate is X509Certificate2 shown ? shown.NotAfter.ToUniversalTime() : default, notAfter.AddHours(60).UtcDateTime, DateTime.MaxValue);
    }

    [Fact]
    public async Task Identity_ExpiresWithoutTheAuthority_ClosesPortsAndJoinsAgainByANewToken()
    {
        await using CachedNode cached = await fixture.CopyAsync();
        Forge(cached, TimeSpan.FromHours(-2), TimeSpan.FromSeconds(15));
        await using TestNode node = await cached.StartAsync(HttpStatusCode.OK);
        await using TlsClient held = await node.HoldAsync(fixture.Scene.Alice);

        await node.UntilAsync("identity", "unhealthy", TimeSpan.FromSeconds(30));
        await Eventually.UntilAsync(
            async () => await Record.ExceptionAsync(() => SocketExtensions.ConnectAsync(node.EndPoint())) is SocketException, "connections are refused");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await node.ReadyAsync()).Code);
        Assert.Equal([7], await held.EchoAsync([7]));

        cached.WriteToken(await fixture.Scene.Authority.Administrator.TokenAsync("edge-1"));
        cached.Link.Mend();
        await node.UntilAsync("identity", "healthy", TimeSpan.FromSeconds(30));
        await using TlsClient next = await node.HoldEventuallyAsync(fixture.Scene.Alice);
        Assert.Equal([7], await held.EchoAsync([7]));
    }

    private static async Task<DateTimeOffset> NotAfterAsync(TestNode node) => (DateTimeOffset)(await node.StatusAsync())["identity"]!["notAfter"]!;

    // The same key and the same certificate, but for its dates.
    private DateTimeOffset Forge(CachedNode cached, TimeSpan notBefore, TimeSpan notAfter)
    {
        string kept = File.ReadAllText(cached["identity.pem"]);
        using X509Certificate2 issued = X509Certificate2.CreateFromPem(kept, kept);
        using X509Certificate2 issuer = X509Certificate2.CreateFromPemFile(fixture.Scene.Authority["ca/nodes.crt"], fixture.Scene.Authority["ca/nodes.key"]);
        CertificateRequest request = new(issued.SubjectName, issued.PublicKey, HashAlgorithmName.SHA256);
        foreach (X509Extension extension in issued.Extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using ECDsa issuerKey = issuer.GetECDsaPrivateKey()!;
        using X509Certificate2 forged = request.Create(
            issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), now + notBefore, now + notAfter, Guid.NewGuid().ToByteArray());
        using ECDsa key = issued.GetECDsaPrivateKey()!;
        File.WriteAllText(
            cached["identity.pem"], $"{key.ExportPkcs8PrivateKeyPem()}\n{forged.ExportCertificatePem()}\n{issuer.ExportCertificatePem()}\n");
        return now + notAfter;
    }
}
