namespace KestrelL4.FunctionalTests;

/// <summary>A node that admits three authenticated connections in all, and two connections of each source address.</summary>
public sealed class NodeRateLimitFixture : NodeFixture
{
    /// <summary>The upstream of both applications.</summary>
    public EchoServer Upstream { get; } = new();

    /// <summary>A client without limits of its own.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    protected override void Prepare(NodeSetup setup)
    {
        setup.Application("echo", Upstream.EndPoint).Application("other", Upstream.EndPoint);
        setup.Set("RateLimit:MaxConcurrentConnections", 3);
        setup.Set("SourceRateLimit:MaxConcurrentConnections", 2);
        Alice = setup.Client("alice", "*");
    }
}
