using KestrelL4.Server.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace KestrelL4.Server.YarpBinding;

/// <summary>Applications as YARP's clusters, without routes: nothing is forwarded by it.</summary>
internal sealed class ApplicationClusters : IProxyConfigProvider
{
    // The prober's own time-out ends a probe; this one would end a defect.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private Snapshot _snapshot = new([]);

    /// <inheritdoc/>
    public IProxyConfig GetConfig() => Volatile.Read(ref _snapshot);

    /// <summary>Puts applications in place of all that were; YARP has taken them in when this returns.</summary>
    public void Replace(IEnumerable<CheckedApplication> applications)
    {
        Snapshot before = Interlocked.Exchange(ref _snapshot, new Snapshot([.. applications.Select(Of)]));
        before.Expired.OnReload();
    }

    private static ClusterConfig Of(CheckedApplication application) => new()
    {
        ClusterId = application.Name,
        Destinations = application.Ids.ToDictionary(
            static id => id, static id => new DestinationConfig { Address = id }, StringComparer.OrdinalIgnoreCase),
        HealthCheck = new HealthCheckConfig { Active = application.Active is { } check ? Of(check) : null },
    };

    private static ActiveHealthCheckConfig Of(ActiveCheckConfiguration check) => new()
    {
        Enabled = true,

        // Less what the probes of a round are spread over, so that two of one upstream are never further apart.
        Interval = TimerBounds.Bound(check.Interval) * (1 - ProbeHandler.Jitter),
        Timeout = TimerBounds.Bound(check.Timeout + check.Interval + Patience),
        Policy = RiseFallPolicy.Id,
    };

    private sealed class Snapshot(IReadOnlyList<ClusterConfig> clusters) : IProxyConfig
    {
        public ConfigurationReloadToken Expired { get; } = new();

        public IReadOnlyList<RouteConfig> Routes => [];

        public IReadOnlyList<ClusterConfig> Clusters => clusters;

        public IChangeToken ChangeToken => Expired;
    }
}
