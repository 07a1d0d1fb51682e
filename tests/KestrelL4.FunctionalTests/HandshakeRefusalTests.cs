using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace KestrelL4.FunctionalTests;

/// <summary>
/// A client whose TLS 1.3 handshake does not hold is refused with its cause, reaches no upstream, and harms no other client.
/// </summary>
public sealed class HandshakeRefusalTests(HandshakeRefusalFixture fixture) : IClassFixture<HandshakeRefusalFixture>
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private byte[] SameSerialNumber => Convert.FromHexString(fixture.Good.SerialNumber);

    [Fact]
    public Task Handshake_GarbageInsteadOfTls_IsProtocol()
        => RefusedAsync("protocol", () => SendRawAsync("GET / HTTP/1.1\r\nHost: echo\r\n\r\n"u8.ToArray()));

    [Fact]
    public Task Handshake_Tls12_IsProtocol()
        => RefusedAsync(
            "protocol",
            () => Assert.ThrowsAnyAsync<AuthenticationException>(
                () => TlsClient.ConnectAsync(Node.EndPoint(), fixture.Good, new TlsClientOptions { Protocols = SslProtocols.Tls12 })));

    [Fact]
    public Task Handshake_NoCertificate_IsNoCertificate() => RefusedAsync("no_certificate", () => PresentAsync(null));

    [Fact]
    public Task Handshake_AnotherAuthority_IsUntrusted()
        => RefusedAsync("untrusted", () => PresentAsync(TestAuthority.CreateRoot("another").Issue(new TestSubject("alice"))));

    [Fact]
    public Task Handshake_SameSerialNumberOfAnotherAuthority_IsUntrusted()
        => RefusedAsync(
            "untrusted",
            () => PresentAsync(TestAuthority.CreateRoot("another").Issue(new TestSubject("alice") { SerialNumber = SameSerialNumber })));

    [Fact]
    public Task Handshake_SameSerialNumberAndNamesOfAnotherAuthority_IsUntrusted()
        => RefusedAsync(
            "untrusted",
            () => PresentAsync(
                TestAuthority.CreateRoot("anchor").CreateIntermediate("issuer")
                    .Issue(new TestSubject("alice") { SerialNumber = SameSerialNumber })));

    [Fact]
    public Task Handshake_SameSerialNumberOfSiblingUnderTheAnchor_IsUnknownIssuer()
        => RefusedAsync(
            "unknown_issuer", () => PresentAsync(fixture.Sibling.Issue(new TestSubject("alice") { SerialNumber = SameSerialNumber })));

    [Fact]
    public Task Handshake_Expired_IsExpired()
        => RefusedAsync(
            "expired",
            () => PresentAsync(
                fixture.Issuer.Issue(new TestSubject("alice") { NotBefore = Now.AddDays(-2), NotAfter = Now.AddDays(-1) })));

    [Fact]
    public Task Handshake_NotYetValid_IsNotYetValid()
        => RefusedAsync(
            "not_yet_valid", () => PresentAsync(fixture.Issuer.Issue(new TestSubject("alice") { NotBefore = Now.AddHours(1) })));

    [Fact]
    public Task Handshake_ServerUsageOnly_IsWrongUsage()
        => RefusedAsync("wrong_usage", () => PresentAsync(fixture.Issuer.Issue(new TestSubject("alice") { Usage = KeyUsage.Server })));

    // Cut off in the middle: OpenSSL hangs up at such usages; for such policies and constraints, building a chain throws.
    [Theory]
    [InlineData("2.5.29.37", "protocol")]
    [InlineData("2.5.29.32", "untrusted")]
    [InlineData("2.5.29.36", "untrusted")]
    public async Task Handshake_GarbledExtension_IsRefusedWithItsCause(string extension, string cause)
    {
        X509Extension cutOff = new(extension, [0x30, 0x20, 0x06], critical: false);
        TestSubject subject = new("alice") { Usage = KeyUsage.Any, Extension = cutOff };

        await RefusedAsync(cause, () => PresentAsync(fixture.Issuer.Issue(subject)));
        await RefusedAsync(cause, () => PresentAsync(TestAuthority.CreateRoot("another").Issue(subject)));
        Assert.DoesNotContain("Unhandled exception", Node.Process.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public Task Handshake_SilentClient_IsTimeout() => RefusedAsync("timeout", () => SendRawAsync([], "impatient"));

    [Fact]
    public Task Handshake_ClientGoesAwayWithoutAByte_IsAborted()
        => RefusedAsync("aborted", async () => (await SocketExtensions.ConnectAsync(Node.EndPoint())).Dispose());

    [Fact]
    public Task Handshake_ClientResetsInsideItsFirstRecord_IsAborted()
        => RefusedAsync(
            "aborted",
            async () =>
            {
                Socket socket = await SocketExtensions.ConnectAsync(Node.EndPoint());
                await socket.SendAllAsync(new byte[] { 0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01 });
                socket.Reset();
            });

    [Fact]
    public async Task Handshake_CertificateNamesUrls_FetchesNothing()
    {
        await ServesAsync(fixture.Advertising);
        TestCertificate fromSibling = fixture.Sibling.Issue(fixture.Advertise(new TestSubject("alice")));
        TestCertificate alone = new(fromSibling.Certificate, TestAuthority.CreateRoot("unrelated"));

        await RefusedAsync("untrusted", () => PresentAsync(alone));

        Assert.Equal(0, fixture.Advertised.Accepted);
    }

    [RequiresToolFact("openssl")]
    public Task Handshake_OpenSslRefusesOurCertificate_IsAborted()
        => RefusedAsync(
            "aborted",
            async () =>
            {
                ToolResult result = await Tool.RunAsync(
                    "openssl", ["s_client", "-connect", $"{Node.EndPoint()}", "-verify_return_error", "-no-CAfile", "-no-CApath"]);
                Assert.True(result.ExitCode != 0, result.ToString());
            });

    [RequiresToolFact("openssl")]
    public Task Handshake_Tls12OfOpenSsl_IsProtocol()
        => RefusedAsync(
            "protocol",
            async () =>
            {
                ToolResult result = await Tool.RunAsync("openssl", ["s_client", "-connect", $"{Node.EndPoint()}", "-tls1_2"]);
                Assert.True(result.ExitCode != 0, result.ToString());
            });

    private TestNode Node => fixture.Node;

    private async Task RefusedAsync(string cause, Func<Task> attempt)
    {
        MetricWatch causes = await Node.WatchAsync("kestrell4_handshakes_total", ("result", "failed"), ("cause", cause));
        MetricWatch failures = await Node.WatchAsync("kestrell4_handshakes_total", ("result", "failed"));
        MetricWatch reasons = await Node.WatchReasonAsync("handshake_failed");
        int accepted = fixture.Upstream.Accepted;

        await attempt();

        await causes.RoseByAsync(1);
        await failures.RoseByAsync(1);
        await reasons.RoseByAsync(1);
        Assert.Equal(accepted, fixture.Upstream.Accepted);
        await ServesAsync(fixture.Good);
    }

    private async Task PresentAsync(TestCertificate? certificate)
    {
        try
        {
            await using TlsClient client = await TlsClient.ConnectAsync(Node.EndPoint(), certificate);
            Assert.Contains(await client.ObserveEndAsync(), new[] { TlsEnd.Fin, TlsEnd.Alert });
            Assert.Equal(0, client.Discarded);
        }
        catch (AuthenticationException)
        {
            // An alert during the handshake is the other answer that the client may see.
        }
    }

    private async Task SendRawAsync(byte[] bytes, string application = "echo")
    {
        using Socket socket = await SocketExtensions.ConnectAsync(Node.EndPoint(application));
        await socket.SendAllAsync(bytes);
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        await socket.ObserveEndAsync(deadline.Token);
    }

    private async Task ServesAsync(TestCertificate certificate)
    {
        await using TlsClient client = await Node.ConnectAsync(certificate);
        Assert.Equal("still here"u8.ToArray(), await client.EchoAsync("still here"u8.ToArray()));
    }
}
