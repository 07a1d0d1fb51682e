using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using KestrelL4.ProxyProtocol;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Probing;
using KestrelL4.Testing;
using KestrelL4.Testing.Certificates;
using KestrelL4.Testing.Servers;
using KestrelL4.Tls;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Tests.Probing;

public sealed class ProberTests
{
    private static readonly ActiveCheckConfiguration Tcp = new() { Probe = ProbeKind.Tcp, Timeout = Eventually.DefaultDeadline };
    private static readonly ActiveCheckConfiguration Http = Tcp with { Probe = ProbeKind.Http, Path = "/healthz?deep=1" };

    [Fact]
    public async Task Tcp_Accepted_ConnectsAndClosesInOrder()
    {
        await using RecordingServer server = new();

        Assert.Equal(new ProbeResult(ProbeOutcome.Succeeded), await ProbeAsync(server.EndPoint, Tcp));

        await Eventually.UntilAsync(() => server.Connections is [{ End: PeerEnd.Fin, Bytes: [] }], "the upstream sees a connection that ends in order");
    }

    [Fact]
    public async Task Tcp_Refused_SaysSo()
    {
        using RefusingPort refusing = new();

        Assert.Equal(Failed("tcp probe: refused"), await ProbeAsync(refusing.EndPoint, Tcp));
    }

    [Theory]
    [InlineData(nameof(ProbeKind.Tcp))]
    [InlineData(nameof(ProbeKind.Tls))]
    [InlineData(nameof(ProbeKind.Http))]
    [InlineData(nameof(ProbeKind.Https))]
    public async Task Any_NoAnswerToTheConnect_TimesOut(string kind)
    {
        using SilentPort silent = await SilentPort.CreateAsync();

        Assert.Equal(Failed($"{kind.ToLowerInvariant()} probe: timeout"), await ProbeAsync(silent.EndPoint, Short(kind)));
    }

    [Theory]
    [InlineData(nameof(ProbeKind.Tls))]
    [InlineData(nameof(ProbeKind.Http))]
    [InlineData(nameof(ProbeKind.Https))]
    public async Task Spoken_AcceptedAndNothingSaid_TimesOut(string kind)
    {
        await using RecordingServer silent = new();

        Assert.Equal(Failed($"{kind.ToLowerInvariant()} probe: timeout"), await ProbeAsync(silent.EndPoint, Short(kind)));
    }

    [Fact]
    public async Task Http_HeadersByteByByteForEver_TimesOut()
    {
        await using ScriptedServer slow = new(static async (connection, stopped) =>
        {
            await connection.SendAllAsync("HTTP/1.1 200 OK\r\nX: "u8.ToArray(), stopped);
            while (true)
            {
                await connection.SendAllAsync("x"u8.ToArray(), stopped);
                await Task.Delay(10, stopped);
            }
        });

        Assert.Equal(Failed("http probe: timeout"), await ProbeAsync(slow.EndPoint, Short(nameof(ProbeKind.Http))));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.0 204\r\n\r\n")]
    [InlineData("HTTP/1.1 299 Odd\r\nX: y\r\n\r\nbody that nobody reads")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\n\nwritten by a script")]
    [InlineData("HTTP/1.0 200 OK\nX: y\n\n")]
    [InlineData("HTTP/1.0 200 OK\nX: y\n", "closed before the end of its headers")]
    [InlineData("HTTP/1.1 301 Moved Permanently\r\nLocation: http://127.0.0.1:1/\r\n\r\n", "301")]
    [InlineData("HTTP/1.1 404 Not Found\r\n", "404")]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\n\r\n", "503")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 Oh\r\n\r\n", "500")]
    [InlineData("HTTP/1.1 200 OK\r\nX: y\r\n", "closed before the end of its headers")]
    [InlineData("", "closed without an answer")]
    [InlineData("SSH-2.0-OpenSSH_9.2p1", "no answer in HTTP/1")]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n", "no answer in HTTP/1")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n", "no answer in HTTP/1")]
    [InlineData("HTTP/1.1 +20 OK\r\n\r\n", "no answer in HTTP/1")]
    [InlineData("HTTP/1.1\r\n\r\n", "no answer in HTTP/1")]
    public async Task Http_Answer_IsJudgedByItsStatus(string answer, string? problem = null)
    {
        ProbeResult expected = problem is null ? new ProbeResult(ProbeOutcome.Succeeded) : Failed($"http probe: {problem}");
        await using ScriptedServer whole = Answering(Encoding.ASCII.GetBytes(answer));
        await using ScriptedServer inPieces = Answering([.. Encoding.ASCII.GetBytes(answer).Select(static one => new[] { one })]);

        Assert.Equal(expected, await ProbeAsync(whole.EndPoint, Http));
        Assert.Equal(expected, await ProbeAsync(inPieces.EndPoint, Http));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n", "X: y\r\n", "http probe: headers of more than 16 KiB")]
    [InlineData("", "HTTP/1.1 100 Continue\r\n\r\n", "http probe: headers of more than 16 KiB")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", "body", null)]
    public async Task Http_AnswerOfTenMegabytes_ReadsNoMoreThanItsBound(string begin, string repeated, string? reason)
    {
        byte[] megabyte = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(repeated, 1_000_000 / repeated.Length)));
        int sent = 0;
        await using ScriptedServer server = new(async (connection, stopped) =>
        {
            connection.SendBufferSize = 16 * 1024;
            await ReceiveRequestAsync(connection);
            await connection.SendAllAsync(Encoding.ASCII.GetBytes(begin), stopped);
            for (; sent < 10; sent++)
            {
                await connection.SendAllAsync(megabyte, stopped);
            }
        });

        ProbeResult result = await ProbeAsync(server.EndPoint, Http);

        Assert.Equal(reason, result.Reason);
        await Eventually.UntilAsync(() => server.Open == 0, "the server notices that nobody reads any more");
        Assert.True(sent < 10, "all was taken");
    }

    [Fact]
    public async Task Http_Request_IsOneGetForTheUpstream()
    {
        await using RecordingServer server = new();

        _ = await ProbeAsync(server.EndPoint, Short(nameof(ProbeKind.Http)));

        await Eventually.UntilAsync(() => server.Connections is [{ End: not PeerEnd.None }], "the probe has ended");
        Assert.Equal(
            $"GET /healthz?deep=1 HTTP/1.1\r\nHost: {server.EndPoint}\r\nUser-Agent: KestrelL4\r\nAccept: */*\r\nConnection: close\r\n\r\n",
            Encoding.ASCII.GetString(server.Connections[0].Bytes));
    }

    [Fact]
    public async Task Http_OtherPort_AsksThere()
    {
        using RefusingPort refusing = new();
        await using ScriptedServer server = Answering("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());

        Assert.Equal(new ProbeResult(ProbeOutcome.Succeeded), await ProbeAsync(refusing.EndPoint, Http with { Port = server.EndPoint.Port }));
        Assert.Equal(
            new ProbeResult(ProbeOutcome.Succeeded),
            await ProbeAsync(new DnsEndPoint("localhost", refusing.EndPoint.Port), Http with { Port = server.EndPoint.Port }));
    }

    [Theory]
    [InlineData(nameof(ProxyHeaderVersion.V1), "PROXY UNKNOWN\r\n")]
    [InlineData(nameof(ProxyHeaderVersion.V2), "\r\n\r\n\0\r\nQUIT\n ")]
    public async Task Any_PortThatExpectsAHeader_IsGreetedAsByTheNodeItself(string version, string begin)
    {
        await using RecordingServer server = new();
        ProxyHeaderVersion header = Enum.Parse<ProxyHeaderVersion>(version);

        await ProbeAsync(server.EndPoint, Tcp, header);
        await Eventually.UntilAsync(() => server.Connections is [{ End: PeerEnd.Fin }], "the probe has ended");
        Assert.StartsWith(begin, Encoding.ASCII.GetString(server.Connections[0].Bytes), StringComparison.Ordinal);

        using RefusingPort other = new();
        await ProbeAsync(other.EndPoint, Short(nameof(ProbeKind.Http)) with { Port = server.EndPoint.Port }, header);
        await Eventually.UntilAsync(() => server.Connections is [_, { End: not PeerEnd.None }], "the probe of another port has ended");
        Assert.StartsWith("GET /", Encoding.ASCII.GetString(server.Connections[1].Bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(ProbeKind.Tls))]
    [InlineData(nameof(ProbeKind.Https))]
    public async Task Tls_UpstreamTlsTrustsAnother_FailsWithWhatIsWrong(string kind)
    {
        TestCertificate certificate = TestAuthority.CreateRoot().Issue(TestSubject.Server());
        await using ScriptedServer server = new(async (connection, stopped) =>
        {
            await using SslStream tls = new(new NetworkStream(connection));
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate.Certificate }, stopped);
        });
        Upstream upstream = new("one", server.EndPoint) { Tls = new UpstreamTls("localhost", [TestAuthority.CreateRoot().Issue(TestSubject.Server()).Certificate]) };

        ProbeResult result = await Eventually.WithinAsync(
            new Prober(TimeProvider.System).ProbeAsync(upstream, Of(kind), ProxyHeaderVersion.None, CancellationToken.None), "the probe ends");

        Assert.Equal(ProbeOutcome.Failed, result.Outcome);
        Assert.StartsWith($"{kind.ToLowerInvariant()} probe: ", result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(ProbeKind.Tls))]
    [InlineData(nameof(ProbeKind.Https))]
    public async Task Tls_AnyCertificate_IsTaken(string kind)
    {
        TestCertificate certificate = TestAuthority.CreateRoot().Issue(TestSubject.Server());
        await using ScriptedServer server = new(async (connection, stopped) =>
        {
            await using SslStream tls = new(new NetworkStream(connection));
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate.Certificate }, stopped);
            if (kind == nameof(ProbeKind.Https))
            {
                _ = await tls.ReadAsync(new byte[1000], stopped);
                await tls.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), stopped);
            }

            _ = await tls.ReadAsync(new byte[1], stopped);
        });

        Assert.Equal(new ProbeResult(ProbeOutcome.Succeeded), await ProbeAsync(server.EndPoint, Of(kind)));
    }

    // Whose issuer is not known, and is said to be there: an upstream must not choose what the node connects to.
    [Fact]
    public async Task Tls_CertificateThatNamesAnAddress_FetchesNothing()
    {
        await using ScriptedServer named = Answering("HTTP/1.1 404 Not Found\r\n\r\n"u8.ToArray());
        TestCertificate certificate = TestAuthority.CreateRoot().CreateIntermediate("intermediate").Issue(TestSubject.Server() with
        {
            IssuerUrl = new Uri($"http://{named.EndPoint}/issuer.crt"),
            RevocationListUrl = new Uri($"http://{named.EndPoint}/issuer.crl"),
        });
        var offline = SslStreamCertificateContext.Create(certificate.Certificate, additionalCertificates: null, offline: true);
        await using ScriptedServer server = new(async (connection, stopped) =>
        {
            await using SslStream tls = new(new NetworkStream(connection));
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = offline }, stopped);
            _ = await tls.ReadAsync(new byte[1], stopped);
        });

        Assert.Equal(new ProbeResult(ProbeOutcome.Succeeded), await ProbeAsync(server.EndPoint, Of(nameof(ProbeKind.Tls))));

        Assert.Equal(0, named.Accepted);
    }

    [Theory]
    [InlineData(nameof(ProbeKind.Tls))]
    [InlineData(nameof(ProbeKind.Https))]
    public async Task Tls_AnsweredWithGarbage_Fails(string kind)
    {
        await using ScriptedServer server = Answering("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());

        ProbeResult result = await ProbeAsync(server.EndPoint, Of(kind));

        Assert.Equal(Failed($"{kind.ToLowerInvariant()} probe: it does not speak TLS"), result);
    }

    [Fact]
    public async Task Any_Ended_TellsNothing()
    {
        await using RecordingServer silent = new();
        using CancellationTokenSource ending = new();
        Task<ProbeResult> probe = new Prober(TimeProvider.System).ProbeAsync(new Upstream("one", silent.EndPoint), Http, ProxyHeaderVersion.None, ending.Token);
        await Eventually.UntilAsync(() => silent.Accepted == 1, "the probe is under way");

        await ending.CancelAsync();

        Assert.Equal(new ProbeResult(ProbeOutcome.Unknown), await Eventually.WithinAsync(probe, "the probe ends"));
    }

    private static ActiveCheckConfiguration Of(string kind) => Http with { Probe = Enum.Parse<ProbeKind>(kind) };

    private static ActiveCheckConfiguration Short(string kind) => Of(kind) with { Timeout = TimeSpan.FromMilliseconds(300) };

    private static ProbeResult Failed(string reason) => new(ProbeOutcome.Failed, reason);

    private static async Task<ProbeResult> ProbeAsync(EndPoint address, ActiveCheckConfiguration check, ProxyHeaderVersion header = ProxyHeaderVersion.None)
    {
        Upstream upstream = new("one", address);
        ProbeResult result = await Eventually.WithinAsync(
            new Prober(TimeProvider.System).ProbeAsync(upstream, check, header, CancellationToken.None), "the probe ends", Eventually.DefaultDeadline * 2);
        Assert.Equal(0, Enum.GetValues<DialResult>().Sum(upstream.Dials));
        return result;
    }

    private static ScriptedServer Answering(params byte[][] pieces) => new(async (connection, stopped) =>
    {
        await ReceiveRequestAsync(connection);
        foreach (byte[] piece in pieces)
        {
            await connection.SendAllAsync(piece, stopped);
        }

        connection.Shutdown(SocketShutdown.Send);
        _ = await connection.ObserveEndAsync(stopped);
    });

    // A server that closes with something unread resets.
    private static async Task ReceiveRequestAsync(Socket connection) => _ = await connection.ReceiveAsync(new byte[4096], SocketFlags.None);
}
