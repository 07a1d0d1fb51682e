using System.Net;
using System.Security.Authentication;
using KestrelL4.Forwarding;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Servers;
using KestrelL4.Tls;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Forwarding;

/// <summary>The runtime keeps TLS sessions of the process by server name: what one upstream was given must not speak for another.</summary>
public sealed class TlsResumptionTests
{
    private const string Name = "db.internal";

    private static readonly TestAuthority Root = TestAuthority.CreateRoot();
    private static readonly TestCertificate Shown = Root.Issue(TestSubject.Server() with { Hosts = [Name] });

    public static TheoryData<SslProtocols> Versions => [SslProtocols.Tls13, SslProtocols.Tls12];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task DialAsync_SessionOfAnotherTrust_CertificateIsJudgedAnew(SslProtocols version)
    {
        await using TlsEchoServer server = new(Shown, Root, version);
        NodeIdentity ours = Identity("one");
        UpstreamTls trusting = new(Name, [.. Root.Chain()], ours);
        UpstreamTls distrusting = new(Name, [.. TestAuthority.CreateRoot("other").Chain()], ours);

        Assert.Equal(DialResult.Connected, (await ExchangeAsync(server.EndPoint, trusting)).Result);
        Assert.Equal(DialResult.Connected, (await ExchangeAsync(server.EndPoint, trusting)).Result);

        Dial dial = await ExchangeAsync(server.EndPoint, distrusting);
        Assert.Equal(DialResult.TlsFailed, dial.Result);
        Assert.StartsWith("untrusted: ", dial.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task DialAsync_SeveralOfOurCertificates_EachSpeaksForItself(SslProtocols version)
    {
        await using TlsEchoServer server = new(Shown, Root, version);
        NodeIdentity[] ours = [Identity("one"), Identity("two"), Identity("one"), Identity("two")];

        foreach (NodeIdentity identity in ours.Concat(ours))
        {
            Assert.Equal(DialResult.Connected, (await ExchangeAsync(server.EndPoint, new UpstreamTls(Name, [.. Root.Chain()], identity))).Result);
        }

        await Eventually.UntilAsync(() => server.Peers.Count == 8, "every handshake is done");
        Assert.Equal(ours.Concat(ours).Select(static identity => identity.Context.TargetCertificate.SerialNumber), server.Peers);
    }

    private static NodeIdentity Identity(string name) => new(Root.Issue(new TestSubject(name)).Certificate, []);

    // A byte there and back, for a ticket comes behind the handshake.
    private static async Task<Dial> ExchangeAsync(IPEndPoint address, UpstreamTls tls)
    {
        UpstreamDialer dialer = new(TimeProvider.System, NameResolution.Shared);
        Upstream upstream = new("a", address) { Tls = tls };
        Dial dial = await dialer.DialAsync(upstream, default, Eventually.DefaultDeadline, CancellationToken.None);
        if (dial.End is { } end)
        {
            await end.WriteAsync(Wire.Hello);
            await end.WaitAsync();
            Assert.NotEqual(0, await end.ReadAsync(new byte[16]));
            await end.CompleteAsync();
            await end.DisposeAsync();
        }

        return dial;
    }
}
