namespace KestrelL4.FunctionalTests;

/// <summary>A node with nothing special: one application, one echo server, one client.</summary>
public sealed class EchoFixture : NodeFixture
{
    /// <summary>The upstream.</summary>
    public EchoServer Upstream { get; } = new();

    /// <summary>The client.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    protected override void Prepare(NodeSetup setup)
    {
        setup.Application("echo", Upstream.EndPoint);
        Alice = setup.Client("alice", "echo");
    }
}
