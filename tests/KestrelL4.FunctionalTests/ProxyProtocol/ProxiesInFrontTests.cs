using System.Net;
using System.Net.Security;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.ProxyProtocol;

/// <summary>Behind a real proxy that passes TLS through, and behind another node, a node sees the client's own address.</summary>
public sealed class ProxiesInFrontTests
{
    private static readonly IPAddress From = IPAddress.Parse("127.0.5.1");

    [RequiresToolTheory("haproxy")]
    [InlineData("send-proxy")]
    [InlineData("send-proxy-v2")]
    [InlineData("send-proxy-v2 proxy-v2-options crc32c,unique-id")]
    [InlineData("send-proxy-v2 check inter 100ms")]
    public async Task Haproxy_InFront_TellsTheClientsAddress(string option)
    {
        using TemporaryDirectory directory = new();
        await using EchoServer upstream = new();
        NodeSetup setup = Trusting("127.0.0.1").Application("echo", upstream.EndPoint);
        TestCertificate alice = setup.Client("alice", "echo");
        await using TestNode node = await setup.StartAsync();
        using OperatorSocket admin = new(setup.Directory["state/admin.sock"]);
        IPEndPoint port = FreePort.Take();
        await using ServerProgram haproxy = await Haproxy.StartAsync(directory, port, $$"""
            listen f
              mode tcp
              bind {{port}}
              unique-id-format %{+X}o\ %ci:%cp_%rt
              server node {{node.EndPoint()}} {{option}}
            """);
        await using TlsClient client = await TlsClient.ConnectAsync(port, alice, new TlsClientOptions { From = From });
        byte[] sent = new byte[300_000];
        Random.Shared.NextBytes(sent);

        Assert.Equal(sent, await client.EchoAsync(sent));

        string peer = client.Socket.LocalEndPoint!.ToString()!;
        Assert.Contains(peer, await admin.PeersAsync());
        await client.CompleteSendingAsync();
        await client.ObserveEndAsync();
        await Eventually.UntilAsync(
            () => node.Process.Lines.Any(line => line.Contains("completed client=alice", StringComparison.Ordinal)
                && line.Contains($"peer={peer} ", StringComparison.Ordinal)),
            "the log tells the client's address");
        Assert.DoesNotContain("proxy_header_invalid", node.Process.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("V1")]
    [InlineData("V2")]
    public async Task Node_InFrontOfANode_PassesTheClientsAddressOn(string version)
    {
        await using RecordingServer upstream = new();
        NodeSetup backSetup = Trusting("127.0.0.1").Application("echo", upstream.EndPoint).Set("Applications:echo:ProxyProtocol:Send", "V2");
        TestCertificate bob = backSetup.Client("bob", "echo");
        await using TestNode back = await backSetup.StartAsync();
        using OperatorSocket admin = new(backSetup.Directory["state/admin.sock"]);
        NodeSetup frontSetup = new NodeSetup().Application("echo", back.EndPoint()).Set("Applications:echo:ProxyProtocol:Send", version);
        TestCertificate alice = frontSetup.Client("alice", "echo");
        await using TestNode front = await frontSetup.StartAsync();
        await using TlsClient outer = await TlsClient.ConnectAsync(front.EndPoint(), alice, new TlsClientOptions { From = From });

        // The first node ends its own TLS and relays another session to the second.
        await using SslStream inner = new(outer.Stream);
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        await inner.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ClientCertificateContext = bob.ToContext(),
#pragma warning disable CA5359 // What the node presents is the subject of its own tests.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            },
            deadline.Token);
        await inner.WriteAsync("hello"u8.ToArray(), deadline.Token);
        await Eventually.UntilAsync(() => upstream.Connections is [{ Bytes: [.., (byte)'o'] }], "the upstream has what was sent");

        Assert.Equal(outer.Socket.LocalEndPoint!.ToString(), Assert.Single(await admin.PeersAsync()));
        ReceivedHeader header = ReceivedHeader.Read(upstream.Connections[0].Bytes);
        Assert.Equal((outer.Socket.LocalEndPoint, front.EndPoint()), (header.Source, header.Destination));
        Assert.Equal("bob", header.Text(0xE0));
        Assert.Equal("hello"u8.ToArray(), header.Rest);
    }

    private static NodeSetup Trusting(string proxy) =>
        new NodeSetup().Set("Applications:echo:ProxyProtocol:AcceptFrom", new JsonArray(proxy));
}
