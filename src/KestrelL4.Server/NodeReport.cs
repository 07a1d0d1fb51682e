using System.Diagnostics;
using KestrelL4.Registry;
using KestrelL4.Server.Admin;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Listeners;
using KestrelL4.Tls;
using KestrelL4.Upstreams;

namespace KestrelL4.Server;

/// <summary>Tells what the node is doing, as <c>/status</c> shows it.</summary>
internal sealed class NodeReport(
    ClientRegistry registry, NodeIdentity identity, string configurationHash, NodeHealth health, TimeProvider time)
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>The status at this moment.</summary>
    public NodeStatus Of(IEnumerable<(Application Application, ApplicationListener Listener)> applications)
    {
        HealthReport report = health.Report();
        RegistrySnapshot snapshot = registry.Current;
        return new NodeStatus
        {
            Status = report.Status,
            Components = report.Components,
            Version = NodeVersion.Text,
            Node = Environment.MachineName,
            StartedAt = _startedAt,
            Configuration = new ConfigurationStatus(configurationHash, _startedAt, Rejected: null),
            Identity = new IdentityStatus(identity.NotAfter, "file"),

            // A registry from files is as new as the files: it has no authority to be away from.
            Registry = new RegistryStatus("file", Epoch: 0, snapshot.Revision, snapshot.ClientCount, AgeSeconds: 0, Stale: false),
            Applications = [.. applications.Select(entry => Of(entry.Application, entry.Listener))],
        };
    }

    private ApplicationStatus Of(Application application, ApplicationListener listener) => new()
    {
        Name = application.Name,
        Listen = listener.Address,
        Status = health.Application(application.Name).State.Status,
        Connections = application.Connections.Count,
        Totals = Enum.GetValues<CloseReason>().ToDictionary(static reason => reason.Word(), application.Counters.ConnectionsEnded),
        Upstreams = [.. application.Upstreams.Select(Of)],
    };

    private UpstreamStatus Of(Upstream upstream) => new()
    {
        Name = upstream.Name,
        Address = UpstreamAddress.Text(upstream.Address),
        Status = upstream.IsFull ? "full" : "available",
        Connections = upstream.ActiveConnections,
        Total = upstream.Dials(DialResult.Connected),
        Reason = upstream.IsFull ? $"has its {upstream.MaxConnections} connections" : null,
        Since = upstream.FullChangedAt is { } changed ? time.GetUtcNow() - Stopwatch.GetElapsedTime(changed) : _startedAt,
    };
}
