namespace KestrelL4.FunctionalTests.HealthChecks;

/// <summary>A node that probes the upstreams of its applications in every way.</summary>
public sealed class ProbeFixture : NodeFixture
{
    private volatile string _answer = "HTTP/1.1 200 OK\r\n\r\n";

    public ProbeFixture() => Http = new ScriptedServer(async (connection, stopped) =>
    {
        _ = await connection.ReceiveAsync(new byte[4096], stopped);
        await connection.SendAllAsync(System.Text.Encoding.ASCII.GetBytes(_answer), stopped);
        connection.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        _ = await connection.ObserveEndAsync(stopped);
    });

    /// <summary>The upstream <c>u1</c> of <c>tcp</c> and of <c>cutting</c>, which may be stopped.</summary>
    public RevivableServer Failing { get; } = new();

    /// <summary>The upstream <c>u2</c> of <c>tcp</c>.</summary>
    public EchoServer Steady { get; } = new();

    /// <summary>The upstream <c>u1</c> of <c>http</c>.</summary>
    public ScriptedServer Http { get; }

    /// <summary>What <see cref="Http"/> answers.</summary>
    public string Answer
    {
        get => _answer;
        set => _answer = value;
    }

    /// <summary>A client that may use all.</summary>
    public TestCertificate Alice { get; private set; } = null!;

    /// <summary>The longest that an upstream that fails may stay in use: Fall × (Interval + Timeout).</summary>
    public static TimeSpan DownWithin { get; } = TimeSpan.FromSeconds(3);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Failing.DisposeAsync();
        await Steady.DisposeAsync();
        await Http.DisposeAsync();
    }

    protected override void Prepare(NodeSetup setup)
    {
        setup.Application("tcp", Failing.EndPoint, Steady.EndPoint);
        setup.Application("http", Http.EndPoint);
        setup.Application("steady", Steady.EndPoint);
        foreach ((string application, string probe) in (ReadOnlySpan<(string, string)>)[("tcp", "Tcp"), ("http", "Http")])
        {
            string active = $"Applications:{application}:HealthCheck:Active";
            setup.Set($"{active}:Probe", probe).Set($"{active}:Interval", "500ms").Set($"{active}:Timeout", "500ms");
        }

        setup.Set("Applications:http:HealthCheck:Active:Path", "/healthz");
        Alice = setup.Client("alice", "*");
    }
}
