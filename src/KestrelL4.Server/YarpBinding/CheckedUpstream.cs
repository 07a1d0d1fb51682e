using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Probing;
using KestrelL4.Upstreams;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace KestrelL4.Server.YarpBinding;

/// <summary>One upstream as a destination: what its probes and dials told so far.</summary>
/// <remarks>Guarded by its application, unless said otherwise.</remarks>
/// <param name="upstream">The upstream.</param>
/// <param name="time">The node's clock.</param>
internal sealed class CheckedUpstream(Upstream upstream, TimeProvider time)
{
    // Shorter ones would be over before YARP has taken them in.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly RiseAndFall _probes = new();
    private string? _probeReason;
    private int _isBeingProbed;

    /// <summary>The upstream.</summary>
    public Upstream Upstream => upstream;

    /// <summary>The id of its destination: with another address it is another one.</summary>
    public string Id { get; } = IdOf(upstream);

    /// <summary>What failed dials cost it.</summary>
    public Quarantine Quarantine { get; } = new(time);

    /// <summary>Why it was put in quarantine the last time, for people.</summary>
    public string? QuarantineReason { get; set; }

    /// <summary>Whether it has answered a probe, or let one time out.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Begins a probe, unless one is under way. From any thread.</summary>
    public bool TryBeginProbe() => Interlocked.Exchange(ref _isBeingProbed, 1) == 0;

    /// <summary>Ends the probe. From any thread.</summary>
    public void EndProbe() => Volatile.Write(ref _isBeingProbed, 0);

    /// <summary>Takes in what a probe told.</summary>
    /// <returns>How it stands now.</returns>
    public DestinationHealth Take(ProbeResult result, DestinationHealth now, ActiveCheckConfiguration check)
    {
        HasAnswered = true;
        _probeReason = result.Reason ?? _probeReason;
        return _probes.Next(now, result.Outcome, check);
    }

    /// <summary>Forgets what probes told: something else is asked from now on, or nothing.</summary>
    public void ForgetProbes() => _probes.Reset();

    /// <summary>How it is, from how its destination stands, and why.</summary>
    public (UpstreamHealth Health, string? Reason) HealthOf(DestinationHealthState state) =>
        state.Active == DestinationHealth.Unhealthy ? (UpstreamHealth.Down, _probeReason)
        : state.Passive == DestinationHealth.Unhealthy ? (UpstreamHealth.Quarantined, QuarantineReason)
        : (UpstreamHealth.Healthy, null);

    /// <summary>Has YARP hold the destination in quarantine as long as it lasts, and no longer.</summary>
    /// <remarks>
    /// YARP's schedule neither takes a reactivation back nor takes a second one for the same destination, so a long one is given in
    /// parts: what is left over from a quarantine that a success has ended can then wake a later one, which goes on, but never hold it up.
    /// </remarks>
    /// <param name="cluster">Its cluster.</param>
    /// <param name="destination">Its destination.</param>
    /// <param name="updater">How YARP is told.</param>
    /// <param name="part">The longest part: how long the shortest quarantine lasts.</param>
    public void Hold(ClusterState cluster, DestinationState destination, IDestinationHealthUpdater updater, TimeSpan part)
    {
        TimeSpan rest = Quarantine.Remaining;
        bool isHeld = destination.Health.Passive == DestinationHealth.Unhealthy;
        if (rest > TimeSpan.Zero && !isHeld)
        {
            TimeSpan due = TimerBounds.Bound(rest < part ? rest : part);
            updater.SetPassive(cluster, destination, DestinationHealth.Unhealthy, due < Tick ? Tick : due);
        }
        else if (rest == TimeSpan.Zero && isHeld)
        {
            updater.SetPassive(cluster, destination, DestinationHealth.Unknown, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The id of an upstream's destination.</summary>
    public static string IdOf(Upstream upstream) => $"{upstream.Name} {UpstreamAddress.Text(upstream.Address)}";
}
