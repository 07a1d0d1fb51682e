namespace KestrelL4.FunctionalTests;

/// <summary>A node with applications some or all of whose upstreams cannot be reached.</summary>
public sealed class RedispatchFixture : NodeFixture
{
    private readonly RefusingPort _refusing = new();
    private readonly SilentPort _silent = new();

    /// <summary>The one upstream that works.</summary>
    public EchoServer Working { get; } = new();

    /// <summary>A client that may use all.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _refusing.Dispose();
        _silent.Dispose();
        await Working.DisposeAsync();
    }

    protected override void Prepare(NodeSetup setup)
    {
        setup.Application("refusing", _refusing.EndPoint, Working.EndPoint);
        setup.Application("silent", _silent.EndPoint, Working.EndPoint).Set("Applications:silent:Timeouts:Connect", "300ms");
        setup.Application("backed-up", _refusing.EndPoint, Working.EndPoint).Set("Applications:backed-up:Upstreams:u2:Backup", true);
        setup.Application("dead", _refusing.EndPoint);

        // The unreachable upstream comes first: it has the greater weight.
        setup.Set("Applications:refusing:Upstreams:u1:Weight", 256);
        setup.Set("Applications:silent:Upstreams:u1:Weight", 256);
        Alice = setup.Client("alice", "*");
    }
}
