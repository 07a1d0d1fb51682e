using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.ProxyProtocol;

/// <summary>A node that takes 127.0.3.0/24 for proxies, at applications with a long and with shorter handshake time-outs.</summary>
public sealed class ProxyProtocolFixture : NodeFixture
{
    /// <summary>The address of a proxy.</summary>
    public static readonly IPAddress Proxy = IPAddress.Parse("127.0.3.1");

    /// <summary>The upstream of all applications.</summary>
    public EchoServer Upstream { get; } = new();

    /// <summary>A client.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    /// <summary>The node's admin socket.</summary>
    public OperatorSocket Operator { get; private set; } = null!;

    public override async Task DisposeAsync()
    {
        Operator.Dispose();
        await base.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    /// <summary>Connects as a proxy does and sends bytes.</summary>
    public async Task<Socket> ConnectAsync(ReadOnlyMemory<byte> bytes, string application = "echo", IPAddress? from = null)
    {
        Socket socket = await SocketExtensions.ConnectAsync(Node.EndPoint(application), from ?? Proxy);
        await socket.SendAllAsync(bytes);
        return socket;
    }

    /// <summary>Connects as a proxy does, with the client's TLS behind the header; proves by an echo that its relay is up.</summary>
    public async Task<TlsClient> HoldAsync(ReadOnlyMemory<byte> header, string application = "echo")
    {
        TlsClient client = await TlsClient.SecureAsync(await ConnectAsync(header, application), Alice);
        await client.EchoAsync([1]);
        return client;
    }

    protected override void Prepare(NodeSetup setup)
    {
        foreach (string application in (string[])["echo", "patient", "impatient"])
        {
            setup.Application(application, Upstream.EndPoint);
            setup.Set($"Applications:{application}:ProxyProtocol:AcceptFrom", new JsonArray("127.0.3.0/24", "::1"));
        }

        setup.Set("Applications:patient:Timeouts:Handshake", "4s").Set("Applications:impatient:Timeouts:Handshake", "1s");
        Alice = setup.Client("alice", "*");
        Operator = new OperatorSocket(setup.Directory["state/admin.sock"]);
    }
}
