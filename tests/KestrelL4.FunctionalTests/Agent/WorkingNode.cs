using KestrelL4.FunctionalTests.Reload;

namespace KestrelL4.FunctionalTests.Agent;

/// <summary>A node under traffic, of which nothing may be lost: connections that stay open and echo, and ever new ones.</summary>
internal sealed class WorkingNode : IAsyncDisposable
{
    private WorkingNode(TestNode node, Bystander traffic)
    {
        Node = node;
        Traffic = traffic;
    }

    /// <summary>The node.</summary>
    public TestNode Node { get; }

    /// <summary>The traffic.</summary>
    public Bystander Traffic { get; }

    /// <summary>Starts a node, and the traffic of a client.</summary>
    public static async Task<WorkingNode> StartAsync(NodeSetup setup, TestCertificate client) => Of(await setup.StartAsync(), client);

    /// <summary>Begins the traffic of a client; the node ends with it.</summary>
    public static WorkingNode Of(TestNode node, TestCertificate client) => new(node, new Bystander(node.EndPoint(), client));

    public async ValueTask DisposeAsync()
    {
        await Traffic.DisposeAsync();
        await Node.DisposeAsync();
    }
}
