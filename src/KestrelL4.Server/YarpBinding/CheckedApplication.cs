using System.Diagnostics.CodeAnalysis;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Probing;
using KestrelL4.Upstreams;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace KestrelL4.Server.YarpBinding;

/// <summary>One application as a cluster: takes in probes and dials, and tells the library how each upstream is.</summary>
/// <remarks>
/// Safe to use from any thread. How a destination stands is read from YARP and told under one lock, so that what was told last is
/// what holds, whatever probes, dials, reactivations and reloads come at once.
/// </remarks>
internal sealed partial class CheckedApplication : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ServedApplication _served;
    private readonly CheckParts _parts;
    private Dictionary<string, CheckedUpstream> _byId = [];
    private Dictionary<Upstream, CheckedUpstream> _byUpstream = [];
    private HealthCheckConfiguration _check = new();
    private ClusterState? _cluster;

    /// <summary>Begins to listen to the application's dials.</summary>
    public CheckedApplication(ServedApplication served, CheckParts parts)
    {
        _served = served;
        _parts = parts;
        served.Application.Dialled += Take;
    }

    /// <summary>Its name.</summary>
    public string Name => _served.Name;

    /// <summary>The application.</summary>
    public ServedApplication Served => _served;

    /// <summary>How its upstreams are probed; null = they are not.</summary>
    public ActiveCheckConfiguration? Active => Volatile.Read(ref _check).Active;

    /// <summary>Whether it is probed and none of its upstreams has answered yet.</summary>
    public bool IsUnheardOf => Active is not null && Volatile.Read(ref _byId).Values.All(static upstream => !upstream.HasAnswered);

    /// <summary>The ids of its destinations.</summary>
    public IEnumerable<string> Ids => Volatile.Read(ref _byId).Keys;

    /// <summary>Its cluster, which YARP makes and replaces.</summary>
    public ClusterState? Cluster
    {
        get => Volatile.Read(ref _cluster);
        set => Volatile.Write(ref _cluster, value);
    }

    /// <summary>The upstream of a destination.</summary>
    public bool TryFind(string id, [NotNullWhen(true)] out CheckedUpstream? upstream) => Volatile.Read(ref _byId).TryGetValue(id, out upstream);

    /// <summary>Takes in which upstreams there are and what is asked of them; those that were there go on as they are.</summary>
    public void Follow()
    {
        lock (_lock)
        {
            HealthCheckConfiguration before = _check;
            HealthCheckConfiguration check = _served.Configuration.HealthCheck;
            List<CheckedUpstream> upstreams =
                [.. _served.Application.Upstreams.Select(upstream => _byUpstream.GetValueOrDefault(upstream) ?? new CheckedUpstream(upstream, _parts.Time))];
            if (check.Active != before.Active)
            {
                upstreams.ForEach(static upstream => upstream.ForgetProbes());
            }

            Volatile.Write(ref _byId, upstreams.ToDictionary(static upstream => upstream.Id, StringComparer.OrdinalIgnoreCase));
            Volatile.Write(ref _byUpstream, upstreams.ToDictionary(static upstream => upstream.Upstream));
            Volatile.Write(ref _check, check);
            SeeWhoAnswered();
        }
    }

    /// <summary>Undoes what is no longer asked for, once YARP has taken in the same: nobody stays down without probes.</summary>
    public void Settle()
    {
        lock (_lock)
        {
            if (_cluster is not { } cluster)
            {
                return;
            }

            if (_check.Active is null)
            {
                _parts.Updater.SetActive(cluster, cluster.Destinations.Values.Select(static each => new NewActiveDestinationHealth(each, DestinationHealth.Unknown)));
            }

            if (_check.Passive.Failures == 0)
            {
                _byId.Values.ToList().ForEach(static upstream => upstream.Quarantine.Clear());
            }

            Tell(cluster);
        }
    }

    /// <summary>Takes in what a round of probes told.</summary>
    public void Take(ClusterState cluster, IReadOnlyList<DestinationProbingResult> results)
    {
        lock (_lock)
        {
            if (_check.Active is not { } check || cluster != _cluster)
            {
                return;
            }

            List<NewActiveDestinationHealth> stands = [];
            foreach (DestinationProbingResult result in results)
            {
                // What was asked before a change says nothing about what is asked now.
                if (result.Response is not ProbeResponse response || response.Check != check
                    || !_byId.TryGetValue(result.Destination.DestinationId, out CheckedUpstream? upstream) || upstream != response.Upstream)
                {
                    continue;
                }

                stands.Add(new NewActiveDestinationHealth(result.Destination, upstream.Take(response.Result, result.Destination.Health.Active, check)));
                if (response.Result.Outcome == ProbeOutcome.Succeeded)
                {
                    upstream.Quarantine.Clear();
                }
            }

            _parts.Updater.SetActive(cluster, stands);
            Tell(cluster);
            SeeWhoAnswered();
        }
    }

    /// <summary>Tells the library how every upstream is, from how its destination stands in YARP.</summary>
    public void Tell(ClusterState cluster)
    {
        lock (_lock)
        {
            // Read anew under the lock: a list from before it may miss destinations that a reload has added meanwhile.
            DestinationState[] all = [.. cluster.Destinations.Values];
            bool hasChanged = false;
            foreach (DestinationState destination in all)
            {
                if (cluster == _cluster && _byId.TryGetValue(destination.DestinationId, out CheckedUpstream? upstream))
                {
                    upstream.Hold(cluster, destination, _parts.Updater, _check.Passive.Quarantine);
                    hasChanged |= Tell(upstream, destination.Health);
                }
            }

            cluster.DestinationsState = new ClusterDestinationsState(all, Array.FindAll(all, static each => IsAvailable(each.Health)));
            if (hasChanged)
            {
                _parts.Changed();
            }
        }
    }

    /// <summary>Listens no more.</summary>
    public void Dispose()
    {
        _served.Application.Dialled -= Take;
        _served.AwaitsProbes = false;
    }

    private void Take(Upstream dialled, DialResult result, string? problem)
    {
        if (result == DialResult.LocalError || !Volatile.Read(ref _byUpstream).TryGetValue(dialled, out CheckedUpstream? upstream)
            || (result == DialResult.Connected && upstream.Quarantine.IsClean))
        {
            return;
        }

        lock (_lock)
        {
            if (result == DialResult.TlsFailed)
            {
                upstream.Quarantine.DoubtSuccess();
            }

            if (result == DialResult.Connected)
            {
                upstream.Quarantine.Clear();
            }
            else if (_check.Passive.Failures > 0 && upstream.Quarantine.Fail(_check.Passive))
            {
                upstream.QuarantineReason = $"dials failed, the last one: {problem ?? result.Word()}";
            }
            else
            {
                return;
            }

            if (_cluster is { } cluster)
            {
                Tell(cluster);
            }
        }
    }

    private bool Tell(CheckedUpstream upstream, DestinationHealthState state)
    {
        (UpstreamHealth health, string? reason) = upstream.HealthOf(state);
        if (upstream.Upstream.Health == health && upstream.Upstream.HealthReason == reason)
        {
            return false;
        }

        try
        {
            _served.Application.Report(upstream.Upstream, health, reason);
        }
        catch (Exception exception)
        {
            // The health itself is in place by then; the others must be told too, and YARP would drop its timer.
            CannotReport(_parts.Logger, exception, Name, upstream.Id);
        }

        return true;
    }

    private static bool IsAvailable(DestinationHealthState state) =>
        state.Active != DestinationHealth.Unhealthy && state.Passive != DestinationHealth.Unhealthy;

    private void SeeWhoAnswered()
    {
        bool awaits = _check.Active is not null && _byId.Values.Any(static upstream => !upstream.HasAnswered);
        if (_served.AwaitsProbes != awaits)
        {
            _served.AwaitsProbes = awaits;
            _parts.Changed();
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Telling how upstream {Upstream} of {Application} is failed, which is a defect to report")]
    private static partial void CannotReport(ILogger logger, Exception exception, string application, string upstream);
}
