using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using KestrelL4.Forwarding;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Servers;
using KestrelL4.Tls;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Forwarding;

public sealed class TlsDialTests
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot();
    private static readonly TestCertificate Good = Root.Issue(ServerAt("db.internal", "127.0.0.1"));
    private static readonly NodeIdentity Ours = IdentityOf(Root.Issue(new TestSubject("node")));

    private readonly List<(DialResult Result, string? Problem)> _dials = [];

    public static TheoryData<SslProtocols> Versions => [SslProtocols.Tls13, SslProtocols.Tls12];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task SubmitAsync_UpstreamSpeaksTls_RelaysWithHalfClose(SslProtocols version)
    {
        await using TlsEchoServer server = new(Good, Root, version);
        using Submission submission = await Submission.StartAsync(To(server.EndPoint, new UpstreamTls("db.internal", [.. Root.Chain()], Ours)));
        byte[] sent = Wire.Pattern(1024 * 1024);

        Task sending = SendAsync();
        byte[] received = await submission.Client.ReceiveAllAsync();
        await sending;

        Wire.AssertSame(sent, received);
        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
        Assert.Equal([Ours.Context.TargetCertificate.SerialNumber], server.Peers);
        Assert.Equal(["db.internal"], server.Names);
        Assert.Equal([(DialResult.Connected, null)], _dials);

        async Task SendAsync()
        {
            await submission.Client.SendAllAsync(sent);
            submission.Client.Shutdown(SocketShutdown.Send);
        }
    }

    [Fact]
    public async Task SubmitAsync_NoServerName_CertificateMustBearTheAddress()
    {
        await using TlsEchoServer server = new(Good);
        using Submission submission = await Submission.StartAsync(To(server.EndPoint, new UpstreamTls(trusted: [.. Root.Chain()])));

        submission.Client.Shutdown(SocketShutdown.Send);

        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
    }

    [Fact]
    public async Task SubmitAsync_NoServerName_CertificateMustBearTheHost()
    {
        await using TlsEchoServer server = new(Root.Issue(ServerAt("localhost")));
        Upstream upstream = new("a", new DnsEndPoint("localhost", server.EndPoint.Port)) { Tls = new UpstreamTls(trusted: [.. Root.Chain()]) };
        using Submission submission = await Submission.StartAsync(new Application("echo", [upstream]));

        submission.Client.Shutdown(SocketShutdown.Send);

        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
        Assert.Equal(["localhost"], server.Names);
    }

    [Fact]
    public async Task SubmitAsync_CertificateExpired_SaysSo()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        TestSubject expired = ServerAt("db.internal") with { NotBefore = now.AddDays(-2), NotAfter = now.AddHours(-1) };

        string problem = await FailedAsync(Root.Issue(expired), new UpstreamTls("db.internal", [.. Root.Chain()]));

        Assert.StartsWith("its certificate expired on 2", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SubmitAsync_CertificateOfAnotherCa_IsUntrusted()
    {
        string problem = await FailedAsync(Good, new UpstreamTls("db.internal", [.. TestAuthority.CreateRoot("other").Chain()]));

        Assert.Equal("untrusted: its certificate, issued by 'CN=test root', leads to no trusted anchor", problem);
    }

    [Fact]
    public async Task SubmitAsync_SystemsTrust_DoesNotKnowOurCa() =>
        Assert.StartsWith("untrusted: ", await FailedAsync(Good, new UpstreamTls("db.internal")), StringComparison.Ordinal);

    [Fact]
    public async Task SubmitAsync_CertificateForAnotherName_IsAMismatch()
    {
        string problem = await FailedAsync(Good, new UpstreamTls("web.internal", [.. Root.Chain()]));

        Assert.Equal("name mismatch: the certificate is for 'db.internal', '127.0.0.1', not for 'web.internal'", problem);
    }

    [Fact]
    public async Task SubmitAsync_CertificateOfAClient_IsOfWrongUsage()
    {
        TestCertificate client = Root.Issue(new TestSubject("client") { Hosts = ["db.internal"] });

        string problem = await FailedAsync(client, new UpstreamTls("db.internal", [.. Root.Chain()]));

        Assert.StartsWith("wrong usage: ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SubmitAsync_UpstreamIsPlain_SaysSo()
    {
        await using EchoServer server = new();

        string problem = await FailedAsync(server.EndPoint, new UpstreamTls("db.internal", [.. Root.Chain()]));

        Assert.Equal("it does not speak TLS", problem);
    }

    [RequiresToolTheory("openssl")]
    [InlineData("-tls1_2", DialResult.TlsFailed)]
    [InlineData("-tls1_3", DialResult.Connected)]
    public async Task SubmitAsync_UpstreamDoesNotAcceptOurCertificate_SaysSo(string version, DialResult first)
    {
        using TemporaryDirectory directory = new();
        (string certificate, string key) = Good.WriteTo(directory.Path, "server");
        IPEndPoint address = FreePort.Take();
        await using ServerProgram server = await ServerProgram.StartAsync(
            "openssl",
            ["s_server", "-accept", address.ToString(), "-cert", certificate, "-key", key, version, "-Verify", "1", "-verify_return_error",
                "-CAfile", TestAuthority.CreateRoot("other").WriteTo(directory.Path, "other.crt"), "-quiet"],
            directory.Path,
            address);
        Application application = To(address, new UpstreamTls("db.internal", [.. Root.Chain()], Ours));
        using Submission submission = await Submission.StartAsync(application);

        await submission.EndAsync();

        Assert.Equal(first, _dials[0].Result);
        Assert.Equal(DialResult.TlsFailed, _dials[^1].Result);
        Assert.StartsWith("it did not accept our certificate (alert ", _dials[^1].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SubmitAsync_SelfSignedServer_IsTrustedByItsOwnCertificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=db.internal", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("db.internal");
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        X509Certificate2 own = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await using TlsEchoServer server = new(new TestCertificate(own, Root));
        using Submission submission = await Submission.StartAsync(To(server.EndPoint, new UpstreamTls("db.internal", [own])));

        submission.Client.Shutdown(SocketShutdown.Send);

        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
    }

    [Fact]
    public async Task DialAsync_Greeting_ComesInPlainBeforeTheHandshake()
    {
        using ManualServer server = new();
        Upstream upstream = new("a", server.EndPoint) { Tls = new UpstreamTls("db.internal", [.. Root.Chain()]) };
        Task<Dial> dialling = new UpstreamDialer(TimeProvider.System, NameResolution.Shared)
            .DialAsync(upstream, Wire.Hello, Eventually.DefaultDeadline, CancellationToken.None);
        using Socket accepted = await server.AcceptAsync();

        Assert.Equal(Wire.Hello, await accepted.ReceiveAsync(Wire.Hello.Length));
        await using SslStream stream = await SecureAsync(accepted);

        await using RelayEnd? end = (await dialling).End;
        Assert.NotNull(end);
    }

    [Fact]
    public async Task SubmitAsync_UpstreamResets_ClientIsReset()
    {
        using ManualServer server = new();
        using Submission submission = await Submission.StartAsync(To(server.EndPoint, new UpstreamTls("db.internal", [.. Root.Chain()])));
        using Socket accepted = await server.AcceptAsync();
        await using SslStream stream = await SecureAsync(accepted);
        await Eventually.UntilAsync(() => _dials.Count == 1, "the upstream is connected");

        accepted.Reset();

        Assert.Equal(PeerEnd.Reset, await submission.Client.EndOfPeerAsync());
        Assert.Equal(CloseReason.UpstreamAborted, await submission.EndAsync());
    }

    [Fact]
    public async Task SubmitAsync_ConnectionIsCut_UpstreamIsReset()
    {
        using ManualServer server = new();
        using Submission submission = await Submission.StartAsync(To(server.EndPoint, new UpstreamTls("db.internal", [.. Root.Chain()])));
        using Socket accepted = await server.AcceptAsync();
        await using SslStream stream = await SecureAsync(accepted);
        await Eventually.UntilAsync(() => _dials.Count == 1, "the upstream is connected");

        submission.Connection.Close(CloseReason.ClosedByOperator);

        Assert.Equal(CloseReason.ClosedByOperator, await submission.EndAsync());
        await accepted.UntilResetAsync();
    }

    [Fact]
    public async Task SubmitAsync_HandshakeIsSilent_TimesOut()
    {
        FakeTime time = new();
        using ManualServer server = new();
        Application application = To(server.EndPoint, new UpstreamTls("db.internal"), time);
        using Submission submission = await Submission.StartAsync(application);
        using Socket accepted = await server.AcceptAsync();
        await accepted.ReceiveAsync(1);

        time.Advance(application.Settings.Timeouts.Connect);

        submission.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.UpstreamConnectFailed, await submission.EndAsync());
        Assert.Equal([(DialResult.Timeout, "the TLS handshake did not end in time")], _dials);
        await accepted.UntilResetAsync();
    }

    private static async Task<SslStream> SecureAsync(Socket accepted)
    {
        SslStream stream = new(new NetworkStream(accepted));
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = Good.ToContext() });
        return stream;
    }

    private static TestSubject ServerAt(params string[] hosts) => TestSubject.Server() with { Hosts = hosts };

    private static NodeIdentity IdentityOf(TestCertificate certificate) => new(certificate.Certificate, []);

    private async Task<string> FailedAsync(TestCertificate shown, UpstreamTls tls)
    {
        await using TlsEchoServer server = new(shown);
        return await FailedAsync(server.EndPoint, tls);
    }

    private async Task<string> FailedAsync(IPEndPoint server, UpstreamTls tls)
    {
        using Submission submission = await Submission.StartAsync(To(server, tls));
        submission.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.UpstreamConnectFailed, await submission.EndAsync());
        (DialResult result, string? problem) = Assert.Single(_dials);
        Assert.Equal(DialResult.TlsFailed, result);
        return problem!;
    }

    private Application To(IPEndPoint address, UpstreamTls tls, TimeProvider? time = null)
    {
        // Reading the system's trust for the first time takes seconds on a busy machine; what is about time has a clock of its own.
        ApplicationSettings settings = time is null ? new() { Timeouts = new() { Connect = TimeSpan.FromMinutes(1) } } : new();
        Application application = new("db", [new Upstream("a", address) { Tls = tls }], settings, time: time);
        application.Dialled += (_, result, problem) => _dials.Add((result, problem));
        return application;
    }
}
