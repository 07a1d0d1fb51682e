namespace KestrelL4.FunctionalTests;

/// <summary>A node with one application for each scope of a limit.</summary>
public sealed class RateLimitFixture : NodeFixture
{
    /// <summary>The upstream of all applications.</summary>
    public EchoServer Upstream { get; } = new();

    /// <summary>A client without limits of its own.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    /// <summary>Another one.</summary>
    public TestCertificate Bob { get; private set; } = null!;

    /// <summary>A client with one connection over all applications.</summary>
    public TestCertificate OneAtATime { get; private set; } = null!;

    /// <summary>A client whose grant for <c>per-client</c> brings two connections.</summary>
    public TestCertificate TwoHere { get; private set; } = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    protected override void Prepare(NodeSetup setup)
    {
        foreach (string application in new[] { "echo", "shared", "per-client", "windowed", "both" })
        {
            setup.Application(application, Upstream.EndPoint);
        }

        setup.Set("Applications:shared:RateLimit:MaxConcurrentConnections", 2);
        setup.Set("Applications:per-client:ClientRateLimit:MaxConcurrentConnections", 1);
        setup.Set("Applications:windowed:RateLimit:ConnectionsPerWindow", 3);
        setup.Set("Applications:windowed:RateLimit:Window", "2s");
        setup.Set("Applications:both:RateLimit:MaxConcurrentConnections", 1);
        setup.Set("Applications:both:RateLimit:ConnectionsPerWindow", 2);
        setup.Set("Applications:both:RateLimit:Window", "1h");
        Alice = setup.Client("alice", "*");
        Bob = setup.Client("bob", "*");
        OneAtATime = setup.Client("single", "*");
        setup.Set("Clients:single:RateLimit:MaxConcurrentConnections", 1);
        TwoHere = setup.Client("double", "*");
        setup.Set("Clients:double:RateLimits:per-client:MaxConcurrentConnections", 2);
    }
}
