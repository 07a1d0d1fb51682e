using System.Diagnostics.Metrics;
using KestrelL4.Server.Admin;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace KestrelL4.Server.Tests.Admin;

/// <summary>A served admin endpoint over a node that is only numbers.</summary>
internal sealed class AdminFixture : IAsyncDisposable
{
    private readonly Meter _meter = new("KestrelL4");
    private readonly PrometheusExposition _exposition;

    public AdminFixture(ListenAddress listen)
    {
        Health = new NodeHealth(TimeProvider.System, NullLogger<NodeHealth>.Instance);
        _exposition = new PrometheusExposition(_meter, NullLogger<PrometheusExposition>.Instance);
        var configuration = new AdminConfiguration { Listen = listen, AllowedHosts = ["admin.internal"] };
        Host = AdminHost.Create(configuration, new AdminEndpoint(Health, Status, _exposition), NullLoggerFactory.Instance);
        Client = new HttpClient();
    }

    public AdminFixture()
        : this(ListenAddress.Loopback(0))
    {
    }

    public NodeHealth Health { get; }

    public AdminHost Host { get; }

    public HttpClient Client { get; }

    public static async Task<AdminFixture> StartedAsync()
    {
        var fixture = new AdminFixture();
        await fixture.Host.StartAsync(CancellationToken.None);
        fixture.Client.BaseAddress = new Uri(fixture.Host.Address);
        return fixture;
    }

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
        await Host.StopAsync(new CancellationToken(canceled: true));
        await Host.DisposeAsync();
        _exposition.Dispose();
        _meter.Dispose();
    }

    private NodeStatus Status()
    {
        var at = new DateTimeOffset(2026, 1, 1, 1, 0, 0, TimeSpan.FromHours(1));
        HealthReport report = Health.Report();
        return new NodeStatus
        {
            Status = report.Status,
            Components = report.Components,
            Version = "1.2.3",
            Node = "node1",
            StartedAt = at,
            Configuration = new ConfigurationStatus("abc", at, null),
            Identity = new IdentityStatus(at, "file"),
            Registry = new RegistryStatus("file", 1, 2, 3, 0.5, Stale: false),
            Applications =
            [
                new ApplicationStatus
                {
                    Name = "echo",
                    Listen = "127.0.0.1:6432",
                    Status = ComponentStatus.Healthy,
                    Connections = 4,
                    Totals = new Dictionary<string, long> { ["completed"] = 5 },
                    Upstreams =
                    [
                        new UpstreamStatus
                        {
                            Name = "db1", Address = "10.0.0.1:5432", Status = "available", Connections = 4, Total = 9, Since = at,
                        },
                    ],
                },
            ],
        };
    }
}
