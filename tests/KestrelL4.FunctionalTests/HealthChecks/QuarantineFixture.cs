namespace KestrelL4.FunctionalTests.HealthChecks;

/// <summary>A node with short quarantines.</summary>
public sealed class QuarantineFixture : NodeFixture
{
    /// <summary>How long the first one lasts: long enough that a busy machine sees it.</summary>
    public static TimeSpan Quarantine { get; } = TimeSpan.FromSeconds(3);

    /// <summary>The only upstream of <c>echo</c>.</summary>
    public RevivableServer Upstream { get; } = new();

    /// <summary>A client that may use all.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    protected override void Prepare(NodeSetup setup)
    {
        setup.Application("echo", Upstream.EndPoint).Set("Applications:echo:HealthCheck:Passive:Quarantine", $"{Quarantine.TotalSeconds}s");
        Alice = setup.Client("alice", "*");
    }
}
