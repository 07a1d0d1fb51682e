namespace KestrelL4.FunctionalTests;

/// <summary>A node with one application for each way in which upstreams differ.</summary>
public sealed class LeastConnectionsFixture : NodeFixture
{
    /// <summary>Two upstreams of weights 2 and 1.</summary>
    public EchoUpstreams Weighted { get; } = new(2);

    /// <summary>Three equal upstreams.</summary>
    public EchoUpstreams Even { get; } = new(3);

    /// <summary>Two upstreams with a place for one connection each.</summary>
    public EchoUpstreams Small { get; } = new(2);

    /// <summary>An upstream with a place for one connection and a backup.</summary>
    public EchoUpstreams BackedUp { get; } = new(2);

    /// <summary>Two upstreams, the second of weight 0.</summary>
    public EchoUpstreams Unweighted { get; } = new(2);

    /// <summary>A client that may use all.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (EchoUpstreams upstreams in new[] { Weighted, Even, Small, BackedUp, Unweighted })
        {
            await upstreams.DisposeAsync();
        }
    }

    protected override void Prepare(NodeSetup setup)
    {
        Weighted.AddTo(setup, "weighted");
        Even.AddTo(setup, "even");
        Small.AddTo(setup, "small");
        BackedUp.AddTo(setup, "backed-up");
        Unweighted.AddTo(setup, "unweighted");
        setup.Set("Applications:weighted:Upstreams:u1:Weight", 2);
        setup.Set("Applications:small:Upstreams:u1:MaxConnections", 1);
        setup.Set("Applications:small:Upstreams:u2:MaxConnections", 1);
        setup.Set("Applications:backed-up:Upstreams:u1:MaxConnections", 1);
        setup.Set("Applications:backed-up:Upstreams:u2:Backup", true);
        setup.Set("Applications:unweighted:Upstreams:u2:Weight", 0);
        Alice = setup.Client("alice", "*");
    }
}
