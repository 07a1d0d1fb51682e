using System.Diagnostics.Metrics;
using KestrelL4.Accounting;
using KestrelL4.RateLimiting;
using KestrelL4.Registry;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Health;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Permits;
using KestrelL4.Server.Reload;
using KestrelL4.Server.Sources;
using KestrelL4.Testing;
using KestrelL4.Testing.Certificates;
using KestrelL4.Tls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Reload;

/// <summary>A node's access, with an agent whose every word the test says. Its own client authority is <c>main</c>.</summary>
internal sealed class AccessScene : IAsyncDisposable
{
    private readonly NodeSetUp _setUp = new();
    private readonly Meter _meter = new("test");
    private readonly ServiceProvider _services = KestrelServices.Create(NullLoggerFactory.Instance);
    private readonly ConnectionAccounting _accounting;
    private readonly PermitKeeper _permits;

    private AccessScene()
    {
        _accounting = new ConnectionAccounting(_meter, NullLogger.Instance, Time);
        SharedSteps shared = new(
            new AcceptGate(Time) { MaxConnections = 10, MaxHandshakes = 10 },
            new SourceLimits(RateLimit.None, Time),
            new ClientHandshake(),
            new TrustInForce(new ClientTrust([], new RegistrySnapshot([], revision: 0))),
            new ClientLimits(RateLimit.None, Time));
        Parts = new ListenerParts(shared, _services, NullLoggerFactory.Instance, _accounting, Time);
        _permits = new PermitKeeper(
            new PermitFile(_setUp.Directory.Path), Served, shared, NullLogger<PermitKeeper>.Instance, Time);
        Age = new RegistryAge(Time);
        Access = new AccessInForce(Served, Parts, _permits, new AgentView(() => Holding, () => State, Age));
        Health = new NodeHealth(Time, NullLogger<NodeHealth>.Instance);
    }

    /// <summary>Begins now, for certificates are valid by the system's clock.</summary>
    public FakeTime Time { get; } = new(TimeProvider.System.GetUtcNow());

    public Holding Holding { get; set; } = new();

    public AgentState State { get; set; } = new();

    public RegistryAge Age { get; }

    public ServedApplications Served { get; } = new();

    public ListenerParts Parts { get; }

    public AccessInForce Access { get; }

    public NodeHealth Health { get; }

    public NodeModel Model { get; private set; } = null!;

    public TestAuthority Root { get; } = TestAuthority.CreateRoot();

    public NodeFiles Files => Model.InForce.Files;

    /// <summary>A scene of a configuration with an authority and without an identity, and settings of keys below <c>KestrelL4</c> over it.</summary>
    public static async Task<AccessScene> CreateAsync(params string[] settings)
    {
        AccessScene scene = new();
        Candidate first = await Candidate.ReadAsync(
            scene._setUp.With(["Identity=", "Authority:Urls:0=https://127.0.0.1:1", $"Authority:Ca={scene._setUp.Directory["ca.crt"]}", .. settings]),
            scene.Time);
        Assert.Empty(first.Refused);
        scene.Model = new NodeModel(new ConfigurationInForce(first.Reading, first.Files!, scene.Time.GetUtcNow()), first.Seen);
        return scene;
    }

    /// <summary>An identity that expires so long from now.</summary>
    public NodeIdentity IdentityFor(TimeSpan left) =>
        new(Root.Issue(TestSubject.Server() with { NotAfter = Time.GetUtcNow() + left }).Certificate, []);

    /// <summary>A registry of one client <c>alice</c> with a certificate of the authority's own issuer.</summary>
    public HeldRegistry RegistryOf(long revision, params string[] revoked)
    {
        Client alice = new() { Name = "alice", Grants = new Dictionary<string, Grant>(), GrantForAll = new Grant() };
        RegistrySnapshot snapshot = new([KeyValuePair.Create(CertificateId.Create("authority", "5F"), alice)], revision)
        {
            Epoch = 1,
            Revoked = revoked.Select(static serial => CertificateId.Create("authority", serial)).ToHashSet(),
        };
        return new HeldRegistry($"1.{revision}.f", snapshot, [new ClientAuthority(HeldRegistry.AuthorityName, [.. Root.Chain()])], HoldingSource.Authority);
    }

    /// <summary>The agent has everything, freshly confirmed, and it is in force.</summary>
    public void TakeUpAll()
    {
        Holding = new Holding { Identity = IdentityFor(TimeSpan.FromHours(12)), IdentitySource = HoldingSource.Cache, Registry = RegistryOf(1) };
        State = new AgentState { IsConnected = true, LastContact = Time.GetUtcNow() };
        Age.Confirm();
        Access.Use(Files, clients: null);
    }

    public async ValueTask DisposeAsync()
    {
        await _permits.DisposeAsync();
        await _services.DisposeAsync();
        _accounting.Dispose();
        _meter.Dispose();
        await _setUp.DisposeAsync();
    }
}
