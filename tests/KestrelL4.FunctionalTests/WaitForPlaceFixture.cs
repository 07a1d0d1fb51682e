namespace KestrelL4.FunctionalTests;

/// <summary>A node whose limits let connections wait.</summary>
public sealed class WaitForPlaceFixture : NodeFixture
{
    private readonly EchoServer _upstream = new();

    /// <summary>A client of all applications.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    protected override void Prepare(NodeSetup setup)
    {
        setup.Application("patient", _upstream.EndPoint).Application("hasty", _upstream.EndPoint).Application("windowed", _upstream.EndPoint);
        setup.Set("Applications:patient:RateLimit:MaxConcurrentConnections", 2).Set("Applications:patient:RateLimit:WaitUpTo", "1m");
        setup.Set("Applications:hasty:ClientRateLimit:MaxConcurrentConnections", 1).Set("Applications:hasty:ClientRateLimit:WaitUpTo", "1s");
        setup.Set("Applications:windowed:RateLimit:ConnectionsPerWindow", 1).Set("Applications:windowed:RateLimit:WaitUpTo", "1m");
        Alice = setup.Client("alice", "*");
    }
}
