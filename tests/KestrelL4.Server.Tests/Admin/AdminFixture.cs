using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Admin;
using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Admin.Page;
using KestrelL4.Server.Admin.Routes;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Draining;
using KestrelL4.Server.Explaining;
using KestrelL4.Server.Health;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Reload;
using KestrelL4.Server.Telemetry;
using KestrelL4.Testing;
using KestrelL4.Upstreams;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Admin;

/// <summary>A served admin endpoint, one of its two doors, over a node that is only numbers.</summary>
internal sealed class AdminFixture : IAsyncDisposable
{
    private readonly Meter _meter = new("KestrelL4");
    private readonly PrometheusExposition _exposition;
    private readonly TemporaryDirectory _directory;
    private readonly BoundAddress _bound;

    public AdminFixture(ListenAddress listen)
        : this(listen, AdminDoor.Tcp(() => new AdminConfiguration { Listen = listen, AllowedHosts = ["admin.internal"] }), new TemporaryDirectory())
    {
    }

    public AdminFixture()
        : this(ListenAddress.Loopback(0))
    {
    }

    private AdminFixture(ListenAddress listen, AdminDoor door, TemporaryDirectory directory)
    {
        _directory = directory;
        _bound = BoundAddress.Bind("KestrelL4:Admin:Listen", listen);
        Health = new NodeHealth(TimeProvider.System, NullLogger<NodeHealth>.Instance);
        _exposition = new PrometheusExposition(_meter, NullLogger<PrometheusExposition>.Instance);
        OperatorActions actions = new()
        {
            Applications = () => [Echo],
            Drain = (application, upstream) => DrainAsked(application, upstream),
            Undrain = (application, upstream) => Task.FromResult(DrainAsked(application, upstream)),
            Reload = () => Task.FromResult(new ReloadOutcome(ReloadErrors)),
            Explain = static (client, application) => application == "echo" ? Explanation(client) : null,
            Configuration = () => Configuration(Audience.Operator),
        };
        History = new TrafficHistory(() => [Echo], NullLogger<TrafficHistory>.Instance, TimeProvider.System);
        Endpoint = new AdminEndpoint(
            new ObserverRoutes(Health, Status, _exposition),
            new PageRoutes(Status, History, TimeProvider.System),
            new OperatorRoutes(actions, TimeProvider.System));
        Host = AdminHost.Create(_bound, door, Endpoint, NullLoggerFactory.Instance, TimeProvider.System);
        Client = listen.SocketPath is { } path ? OverSocket(path) : new HttpClient();
    }

    public NodeHealth Health { get; }

    public AdminEndpoint Endpoint { get; }

    public TrafficHistory History { get; }

    public AdminHost Host { get; }

    public HttpClient Client { get; }

    public Application Echo { get; } = new("echo", [new Upstream("db1", new IPEndPoint(IPAddress.Loopback, 9))]);

    public string SocketPath => _bound.Listen.SocketPath!;

    /// <summary>What the next drain and undrain come to.</summary>
    public DrainAnswer DrainAnswer { get; set; } = new(DrainResult.Accepted, null);

    /// <summary>What drain and undrain were last asked for.</summary>
    public (string? Application, string? Upstream)? Drained { get; private set; }

    /// <summary>What is wrong with the next reload.</summary>
    public IReadOnlyList<string> ReloadErrors { get; set; } = [];

    /// <summary>What is wrong with the newest configuration.</summary>
    public IReadOnlyList<string>? RejectedErrors { get; set; }

    public static async Task<AdminFixture> StartedAsync()
    {
        var fixture = new AdminFixture();
        await fixture.Host.StartAsync();
        fixture.Client.BaseAddress = new Uri(fixture.Host.Address);
        return fixture;
    }

    /// <summary>The door of the operator, by which everything is served.</summary>
    public static async Task<AdminFixture> StartedOnSocketAsync()
    {
        var directory = new TemporaryDirectory();
        string path = directory["admin.sock"];
        var listen = new ListenAddress($"unix:{path}", [new UnixDomainSocketEndPoint(path)]);
        AdminDoor door = AdminDoor.Socket(new PeerGate(NullLogger<PeerGate>.Instance, TimeProvider.System), static () => new AdminConfiguration { AllowedHosts = ["admin.internal"] });
        var fixture = new AdminFixture(listen, door, directory);
        await fixture.Host.StartAsync();
        return fixture;
    }

    /// <summary>A client of a unix socket.</summary>
    public static HttpClient OverSocket(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
    };

    public void BecomeHealthy()
    {
        Health.Identity.Healthy();
        Health.Registry.Healthy();
        Health.Application("echo").Healthy();
        Health.CompleteStart();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Host.DisposeAsync();
        await History.DisposeAsync();
        _bound.Dispose();
        _exposition.Dispose();
        _meter.Dispose();
        _directory.Dispose();
    }

    private static DateTimeOffset At => new(2026, 1, 1, 1, 0, 0, TimeSpan.FromHours(1));

    private static Explanation Explanation(string client) => new()
    {
        Client = client,
        Application = "echo",
        Admitted = false,
        Refusal = "not_authorized",
        Upstream = null,
        Steps = [new ExplainedStep("authorize", Passes: false, "not_authorized", "it holds no grant")],
        Upstreams = [new ExplainedUpstream("db1", "127.0.0.1:9", "down", Offered: false, "connection refused")],
        Limits = [],
    };

    private DrainAnswer DrainAsked(string? application, string? upstream)
    {
        Drained = (application, upstream);
        return DrainAnswer;
    }

    private ConfigurationStatus Configuration(Audience audience) =>
        new("abc", At, RejectedErrors is null ? null : RejectedConfiguration.For(audience, At, RejectedErrors));

    private NodeStatus Status(Audience audience)
    {
        HealthReport report = Health.Report();
        return new NodeStatus
        {
            Status = report.Status,
            Components = report.Components,
            Version = "1.2.3",
            Node = "node1",
            StartedAt = At,
            Configuration = Configuration(audience),
            Identity = new IdentityStatus(At, "file"),
            Registry = new RegistryStatus("file", 1, 2, 3, 0.5, Stale: false),
            Authority = new AuthorityStatus(Connected: false, At, At, 3, "https://authority:7443 refused the connection"),
            Limits =
            [
                new LimitStatus
                {
                    Scope = "node",
                    Application = null,
                    Connections = 4,
                    Waiting = 1,
                    MaxConcurrentConnections = 100,
                    ConnectionsPerWindow = null,
                    WindowSeconds = 1,
                    BytesPerSecond = 1_000_000,
                    WaitUpToSeconds = 5,
                },
            ],
            Applications =
            [
                new ApplicationStatus
                {
                    Name = "echo",
                    Listen = "127.0.0.1:6432",
                    Open = true,
                    Status = ComponentStatus.Healthy,
                    Connections = 4,
                    Queued = 0,
                    Totals = new Dictionary<string, long> { ["completed"] = 5 },
                    Upstreams =
                    [
                        new UpstreamStatus
                        {
                            Name = "db1", Address = "10.0.0.1:5432", Status = "available", Connections = 4, Total = 9, Since = At,
                        },
                    ],
                },
            ],
        };
    }
}
