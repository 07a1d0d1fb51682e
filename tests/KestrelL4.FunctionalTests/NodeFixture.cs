namespace KestrelL4.FunctionalTests;

/// <summary>One node for all tests of a file; each test leaves it as it was.</summary>
public abstract class NodeFixture : IAsyncLifetime
{
    /// <summary>The running node.</summary>
    public TestNode Node { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        NodeSetup setup = CreateSetup();
        Prepare(setup);
        Node = await setup.StartAsync(await LaunchAsync());
    }

    public virtual async Task DisposeAsync() => await Node.DisposeAsync();

    protected virtual NodeSetup CreateSetup() => new();

    /// <summary>How the node's process is started, once the setup is prepared.</summary>
    protected virtual Task<NodeLaunch> LaunchAsync() => Task.FromResult(new NodeLaunch());

    protected abstract void Prepare(NodeSetup setup);
}
