namespace KestrelL4.FunctionalTests;

/// <summary>A node that shapes bytes: each client of <c>each</c> by itself, all clients of <c>shared</c> together.</summary>
public sealed class BandwidthFixture : NodeFixture
{
    /// <summary>The bytes a second.</summary>
    public const int Rate = 1_000_000;

    private readonly EchoServer _upstream = new();

    /// <summary>A client of all applications.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    /// <summary>Another one.</summary>
    public TestCertificate Bob { get; private set; } = null!;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    protected override void Prepare(NodeSetup setup)
    {
        setup.Application("each", _upstream.EndPoint).Application("shared", _upstream.EndPoint);
        setup.Set("Applications:each:ClientRateLimit:BytesPerSecond", Rate);
        setup.Set("Applications:shared:RateLimit:BytesPerSecond", Rate);
        Alice = setup.Client("alice", "*");
        Bob = setup.Client("bob", "*");
    }
}
