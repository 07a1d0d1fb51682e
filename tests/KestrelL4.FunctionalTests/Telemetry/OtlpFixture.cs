using KestrelL4.Testing.Telemetry;

namespace KestrelL4.FunctionalTests.Telemetry;

/// <summary>A node that sends its telemetry to a collector, with an application whose first choice refuses every dial.</summary>
public sealed class OtlpFixture : NodeFixture
{
    private readonly RefusingPort _refusing = new();
    private readonly EchoServer _upstream = new();
    private NodeSetup _setup = null!;

    /// <summary>The collector.</summary>
    public OtlpCollector Collector { get; private set; } = null!;

    /// <summary>A client that may use the application.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    /// <summary>A certificate in good order that nobody is registered with.</summary>
    public TestCertificate Stranger { get; private set; } = null!;

    /// <summary>Where the upstream listens that refuses.</summary>
    public int RefusingPort => _refusing.EndPoint.Port;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Collector.DisposeAsync();
        await _upstream.DisposeAsync();
        _refusing.Dispose();
    }

    /// <summary>Adds an application by the verb <c>reload</c>.</summary>
    public async Task AddApplicationAsync(string name)
    {
        _setup.Application(name, _upstream.EndPoint).Write();
        ToolResult reload = await NodeExecutable.RunAsync(_setup.Directory.Path, "reload", "--config", _setup.ConfigurationFile);
        Assert.True(reload.ExitCode == 0, reload.ToString());
        await Node.LearnEndPointsAsync();
    }

    protected override void Prepare(NodeSetup setup)
    {
        _setup = setup;
        setup.Application("echo", _refusing.EndPoint, _upstream.EndPoint).Set("Applications:echo:Upstreams:u2:Backup", true);

        setup.Set("Applications:echo:Upstreams:u2:MaxConnections", 1000);

        // Else it is in quarantine after the first few dials, and none of it is dialled any more.
        setup.Set("Applications:echo:HealthCheck:Passive:Failures", 1000);
        Alice = setup.Client("alice", "echo");
        Stranger = setup.Authority.Issue(new TestSubject("stranger"));
    }

    protected override async Task<NodeLaunch> LaunchAsync()
    {
        Collector = await OtlpCollector.StartAsync();
        return new NodeLaunch
        {
            Environment = new Dictionary<string, string>(Collector.Variables) { ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment.name=tests" },
            Settings = ["Logging:Console:FormatterName=json"],
        };
    }
}
