namespace KestrelL4.FunctionalTests.StatusPage;

/// <summary>A node with an upstream that may go down, quickly noticed, and another one.</summary>
public sealed class StatusPageFixture : NodeFixture
{
    private string _authority = "";

    /// <summary>The upstream <c>u1</c> of <c>echo</c>.</summary>
    public RevivableServer Failing { get; } = new();

    /// <summary>The upstream <c>u2</c> of <c>echo</c>.</summary>
    public EchoServer Steady { get; } = new();

    /// <summary>A client that may use <c>echo</c>.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    /// <summary>A certificate that nobody registered.</summary>
    public TestCertificate Stranger { get; private set; } = null!;

    /// <summary>The file of the client authority <c>main</c>.</summary>
    public string AuthorityFile { get; private set; } = null!;

    /// <summary>Makes <see cref="AuthorityFile"/> what it was.</summary>
    public Task MendAsync() => File.WriteAllTextAsync(AuthorityFile, _authority);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Failing.DisposeAsync();
        await Steady.DisposeAsync();
    }

    protected override void Prepare(NodeSetup setup)
    {
        setup.Application("echo", Failing.EndPoint, Steady.EndPoint);
        setup.Set("Applications:echo:HealthCheck:Active:Interval", "100ms").Set("Applications:echo:HealthCheck:Active:Timeout", "1s");
        setup.Set("Applications:echo:RateLimit:MaxConcurrentConnections", 50);
        Alice = setup.Client("alice", "echo");
        Stranger = setup.Authority.Issue(new TestSubject("stranger"));
        AuthorityFile = setup.Directory["clients.crt"];
        _authority = File.ReadAllText(AuthorityFile);
    }
}
