using KestrelL4.Server.Listeners;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace KestrelL4.Server.YarpBinding;

/// <summary>Sees how upstreams are, by probes and by dials, and tells the applications: YARP's clusters, health states and schedules.</summary>
internal sealed class UpstreamHealthChecks : IAsyncDisposable
{
    private readonly Lock _following = new();
    private readonly TaskCompletionSource<bool> _allAnswered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ServedApplications _served;
    private readonly Action _changed;
    private readonly CheckedApplications _applications = new();
    private readonly ApplicationClusters _clusters = new();
    private readonly ProbeHandler _probes;
    private readonly ServiceProvider _yarp;
    private readonly IActiveHealthCheckMonitor _monitor;
    private readonly CheckParts _parts;
    private bool _ended;

    /// <summary>Starts without an application.</summary>
    /// <param name="served">The applications to follow.</param>
    /// <param name="changed">Is told when the health of an upstream has changed, from any thread.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="time">The node's clock.</param>
    public UpstreamHealthChecks(ServedApplications served, Action changed, ILoggerFactory loggers, TimeProvider time)
    {
        _served = served;
        _changed = changed;
        _probes = new ProbeHandler(time, loggers.CreateLogger<ProbeHandler>());
        YarpParts parts = new(
            _clusters, new ProbeRequests(_applications), _probes, new RiseFallPolicy(_applications), new DestinationsUpdater(_applications));
        _yarp = YarpServices.Start(parts, loggers, time);
        _monitor = _yarp.GetRequiredService<IActiveHealthCheckMonitor>();
        _parts = new CheckParts(
            _yarp.GetRequiredService<IDestinationHealthUpdater>(), TakeChange, loggers.CreateLogger<CheckedApplication>(), time);
    }

    /// <summary>Completes when each upstream that is probed has answered once, or let a probe time out: true; false when it ended before.</summary>
    public Task<bool> WhenAllAnswered => _allAnswered.Task;

    /// <summary>
    /// Takes in which applications there are, their upstreams and how they are checked. To be called after every change of one of
    /// them; when it returns, the change is in force. What is the same as before goes on as it was.
    /// </summary>
    public void Follow()
    {
        lock (_following)
        {
            if (_ended)
            {
                return;
            }

            _applications.Follow([.. _served.Configured], _parts);
            _clusters.Replace(_applications.All);
            foreach (CheckedApplication application in _applications.All)
            {
                application.Settle();
            }

            // A new one would be probed after its first interval only.
            ClusterState[] unheardOf = [.. _applications.All.Where(static each => each.IsUnheardOf).Select(static each => each.Cluster).OfType<ClusterState>()];
            _ = _monitor.CheckHealthAsync(unheardOf);
            SeeWhetherAllAnswered();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_following)
        {
            _ended = true;
            _applications.Follow([], _parts);
        }

        _probes.End();
        await _yarp.DisposeAsync().ConfigureAwait(false);
        _allAnswered.TrySetResult(false);
    }

    private void TakeChange()
    {
        _changed();
        SeeWhetherAllAnswered();
    }

    private void SeeWhetherAllAnswered()
    {
        if (!_served.Configured.Any(static application => application.AwaitsProbes))
        {
            _allAnswered.TrySetResult(true);
        }
    }
}
