using System.Globalization;
using System.Net;

namespace KestrelL4.FunctionalTests.RealClients;

/// <summary>A node before one real server, and the files that a real client needs to reach it.</summary>
public sealed class RealServerNode : IAsyncDisposable
{
    private readonly TemporaryDirectory _files = new();
    private readonly TestNode _node;

    private RealServerNode(TestNode node, TestCertificate client, TestCertificate identity)
    {
        _node = node;
        (Certificate, Key) = client.WriteTo(_files.Path, "alice");
        Authority = identity.Issuer.WriteTo(_files.Path, "server-ca.crt");
    }

    /// <summary>The node's port on 127.0.0.1.</summary>
    public string Port => _node.EndPoint().Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>Where the node listens.</summary>
    public IPEndPoint EndPoint => _node.EndPoint();

    /// <summary>The node's address and port.</summary>
    public string Address => _node.EndPoint().ToString();

    /// <summary>The path of the client's certificate.</summary>
    public string Certificate { get; }

    /// <summary>The path of the client's key.</summary>
    public string Key { get; }

    /// <summary>The path of the authority that signed the node's certificate.</summary>
    public string Authority { get; }

    /// <summary>A directory for what else a test writes.</summary>
    public TemporaryDirectory Files => _files;

    /// <summary>Starts a node with the application <c>echo</c> before the upstream.</summary>
    public static async Task<RealServerNode> StartAsync(IPEndPoint upstream)
    {
        NodeSetup setup = new NodeSetup().Application("echo", upstream);
        TestCertificate client = setup.Client("alice", "echo");
        TestNode node = await setup.StartAsync();
        return new RealServerNode(node, client, setup.Identity);
    }

    /// <summary>Waits until the connections that the client made have ended as completed, and no other reason was counted.</summary>
    public async Task AllCompletedAsync()
    {
        await Eventually.UntilAsync(
            async () => (await _node.MetricsAsync()).Sum("kestrell4_connections_active") == 0, "every connection has ended");
        MetricSamples samples = await _node.MetricsAsync();
        double all = samples.Sum("kestrell4_connections_total");
        Assert.True(all > 0, "no connection was counted");
        Assert.True(
            all == samples.Sum("kestrell4_connections_total", ("reason", "completed")),
            $"{samples.Describe("kestrell4_connections_total", "reason")}. The node printed:\n{_node.Process.Output}");
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        _files.Dispose();
    }
}
