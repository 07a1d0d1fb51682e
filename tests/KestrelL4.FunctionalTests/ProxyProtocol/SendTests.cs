using System.Net;
using System.Text;

namespace KestrelL4.FunctionalTests.ProxyProtocol;

/// <summary>Real upstreams that expect a PROXY header learn the client's address from ours, in either version.</summary>
public sealed class SendTests
{
    private static readonly IPAddress From = IPAddress.Parse("127.0.5.1");

    [RequiresToolTheory("haproxy")]
    [InlineData("V1")]
    [InlineData("V2")]
    public async Task Haproxy_AcceptProxy_SeesTheClient(string version)
    {
        using TemporaryDirectory directory = new();
        IPEndPoint port = FreePort.Take();

        // haproxy answers to a request with what it has learned, and refuses a header whose checksum is wrong.
        await using ServerProgram haproxy = await Haproxy.StartAsync(directory, port, $"""
            frontend f
              mode http
              bind {port} accept-proxy
              http-request return content-type text/plain lf-string "%[src]:%[src_port] %[dst]:%[dst_port] %[fc_rcvd_proxy]"
            """);
        (TestNode node, TestCertificate alice) = await StartAsync(version, port);
        await using TestNode _ = node;
        await using TlsClient client = await TlsClient.ConnectAsync(node.EndPoint(), alice, new TlsClientOptions { From = From });

        await client.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());

        string answer = Encoding.ASCII.GetString(await client.ReceiveToEndAsync());
        Assert.EndsWith($"\r\n\r\n{client.Socket.LocalEndPoint} {node.EndPoint()} 1", answer, StringComparison.Ordinal);
    }

    // nginx before 1.23.2 takes no header of more than 107 bytes, so that the client's name and number must be short ones.
    [RequiresToolTheory("nginx")]
    [InlineData("V1")]
    [InlineData("V2")]
    public async Task Nginx_ProxyProtocol_SeesTheClient(string version)
    {
        using TemporaryDirectory directory = new();
        IPEndPoint port = FreePort.Take();
        await using ServerProgram nginx = await Nginx.ServeStreamAsync(directory, port, $$"""
            listen {{port}} proxy_protocol;
            return "$proxy_protocol_addr:$proxy_protocol_port $proxy_protocol_server_addr:$proxy_protocol_server_port";
            """);
        (TestNode node, TestCertificate alice) = await StartAsync(version, port);
        await using TestNode _ = node;
        await using TlsClient client = await TlsClient.ConnectAsync(node.EndPoint(), alice, new TlsClientOptions { From = From });

        string answer = Encoding.ASCII.GetString(await client.ReceiveToEndAsync());

        Assert.Equal($"{client.Socket.LocalEndPoint} {node.EndPoint()}", answer);
    }

    [Fact]
    public async Task Version2_OfAClient_TellsWhoItIsAndHowItCame()
    {
        await using RecordingServer upstream = new();
        (TestNode node, TestCertificate alice) = await StartAsync("V2", upstream.EndPoint);
        await using TestNode _ = node;
        MetricWatch received = await node.WatchAsync("kestrell4_bytes_total", ("direction", "received"));
        await using TlsClient client = await TlsClient.ConnectAsync(node.EndPoint(), alice, new TlsClientOptions { From = From });

        await client.SendAsync("hello"u8.ToArray());
        await client.CompleteSendingAsync();
        await Eventually.UntilAsync(() => upstream.Connections is [{ End: PeerEnd.Fin }], "the upstream has it all");

        ReceivedHeader header = ReceivedHeader.Read(upstream.Connections[0].Bytes);
        Assert.Equal((client.Socket.LocalEndPoint, node.EndPoint()), (header.Source, header.Destination));
        Assert.Equal(("alice", alice.SerialNumber), (header.Text(0xE0), header.Text(0xE1)));
        Assert.Equal([7, 0, 0, 0, 0], header.Facts[0x20][..5]);
        Assert.Equal(
            ("TLSv1.3", "alice", client.Stream.NegotiatedCipherSuite.ToString()), (header.Tls[0x21], header.Tls[0x22], header.Tls[0x23]));
        Assert.Equal("hello"u8.ToArray(), header.Rest);
        await received.RoseByAsync("hello".Length);
    }

    private static async Task<(TestNode Node, TestCertificate Client)> StartAsync(string version, IPEndPoint upstream)
    {
        NodeSetup setup = new NodeSetup().Application("echo", upstream).Set("Applications:echo:ProxyProtocol:Send", version);
        TestCertificate alice = setup.Authority.Issue(new TestSubject("alice") { SerialNumber = [0x5F, 0x3A, 0x01] });
        return (await setup.Register("alice", alice, "echo").StartAsync(), alice);
    }
}
