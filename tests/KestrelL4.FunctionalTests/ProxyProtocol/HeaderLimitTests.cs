using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.ProxyProtocol;

/// <summary>The node's bounds hold before a header is read, and a source's limit counts the address that the header tells.</summary>
public sealed class HeaderLimitTests
{
    [Fact]
    public async Task Source_BehindAProxy_IsTheHeadersAddress()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = Setup(upstream).Set("SourceRateLimit:MaxConcurrentConnections", 2);
        TestCertificate alice = setup.Client("alice", "*");
        await using TestNode node = await setup.StartAsync();
        await using TlsClient first = await HoldAsync(node, alice, "192.0.2.1");
        TlsClient second = await HoldAsync(node, alice, "192.0.2.1");
        MetricWatch limited = await node.WatchReasonAsync("source_limited");

        await Assert.ThrowsAnyAsync<IOException>(() => HoldAsync(node, alice, "192.0.2.1"));

        await limited.RoseByAsync(1);
        await using TlsClient other = await HoldAsync(node, alice, "192.0.2.2");
        await using TlsClient another = await HoldAsync(node, alice, "192.0.2.3");
        await second.DisposeAsync();

        // The place is free once the node has done with the connection, which the upstream's end of it does not tell.
        TlsClient? again = null;
        await Eventually.UntilAsync(async () => (again = await TryHoldAsync(node, alice, "192.0.2.1")) is not null, "the place of the second connection is free");
        await again!.DisposeAsync();
    }

    [Fact]
    public async Task Handshakes_ThatWaitForTheirHeader_TakeTheirPlaces()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = Setup(upstream).Set("Accept:MaxConcurrentHandshakes", 1);
        TestCertificate alice = setup.Client("alice", "*");
        await using TestNode node = await setup.StartAsync();
        MetricWatch limited = await node.WatchReasonAsync("node_limited");
        using (Socket silent = await SocketExtensions.ConnectAsync(node.EndPoint()))
        {
            await UntilOpenAsync(node, 1);
            await Assert.ThrowsAnyAsync<IOException>(() => HoldAsync(node, alice, "192.0.2.1"));
            await limited.RoseByAsync(1);
        }

        await UntilOpenAsync(node, 0);
        await using TlsClient held = await HoldAsync(node, alice, "192.0.2.1");
    }

    [Fact]
    public async Task UnixSocket_ThatIsNamed_MustBeginWithAHeader()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = Setup(upstream);
        string path = setup.Directory["echo.sock"];
        setup.Set("Applications:echo:Listen", $"unix:{path}").Set("Applications:echo:ProxyProtocol:AcceptFrom", new JsonArray("unix"));
        TestCertificate alice = setup.Client("alice", "*");
        await using TestNode node = await setup.StartAsync();
        MetricWatch invalid = await node.WatchReasonAsync("proxy_header_invalid");
        using OperatorSocket admin = new(Path.Combine(Path.GetDirectoryName(path)!, "state/admin.sock"));

        await using TlsClient client = await TlsClient.SecureAsync(
            await ConnectAsync(path, HandmadeHeader.Line(IPEndPoint.Parse("192.0.2.1:1"), IPEndPoint.Parse("192.0.2.2:2"))), alice);
        Assert.Equal([7], await client.EchoAsync([7]));
        Assert.Equal("192.0.2.1:1", Assert.Single(await admin.PeersAsync()));

        await Assert.ThrowsAnyAsync<IOException>(async () => await TlsClient.SecureAsync(await ConnectAsync(path, []), alice));
        await invalid.RoseByAsync(1);
    }

    private static NodeSetup Setup(EchoServer upstream) => new NodeSetup()
        .Application("echo", upstream.EndPoint)
        .Set("Applications:echo:ProxyProtocol:AcceptFrom", new JsonArray("127.0.0.1"));

    private static Task UntilOpenAsync(TestNode node, int count) => Eventually.UntilAsync(
        async () => (await node.MetricsAsync()).Sum("kestrell4_connections_active") == count, $"{count} connections are open");

    private static async Task<TlsClient> HoldAsync(TestNode node, TestCertificate certificate, string source)
    {
        Socket socket = await SocketExtensions.ConnectAsync(node.EndPoint());
        await socket.SendAllAsync(HandmadeHeader.Line(IPEndPoint.Parse($"{source}:1234"), node.EndPoint()));
        TlsClient client = await TlsClient.SecureAsync(socket, certificate);
        await client.EchoAsync([1]);
        return client;
    }

    private static async Task<TlsClient?> TryHoldAsync(TestNode node, TestCertificate certificate, string source)
    {
        try
        {
            return await HoldAsync(node, certificate, source);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task<Socket> ConnectAsync(string path, byte[] header)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await socket.SendAllAsync(header);
        return socket;
    }
}
