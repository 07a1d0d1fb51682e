using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Health;

/// <summary>How the node is: its components, and the status that follows from all of them.</summary>
/// <remarks>It begins as starting. Safe to use from any thread.</remarks>
internal sealed class NodeHealth
{
    private readonly ConcurrentDictionary<string, Component> _applications = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Component> _authorities = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Component> _revocations = new(StringComparer.OrdinalIgnoreCase);
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile Component? _authority;
    private volatile bool _started;
    private volatile bool _draining;

    /// <summary>A node that is starting.</summary>
    public NodeHealth(TimeProvider time, ILogger<NodeHealth> logger)
    {
        _time = time;
        _logger = logger;
        Identity = New(ComponentNames.Identity);
        Registry = New(ComponentNames.Registry);
        Capacity = New(ComponentNames.Capacity);
        Capacity.Healthy();
    }

    /// <summary>The node's own certificate.</summary>
    public Component Identity { get; }

    /// <summary>The clients and grants in force.</summary>
    public Component Registry { get; }

    /// <summary>What the node has left to take connections with; healthy until somebody tells otherwise.</summary>
    public Component Capacity { get; }

    /// <summary>The authority, and the way to it; made when it is first asked for, by a node that has one.</summary>
    public Component Authority => _authority ??= New(ComponentNames.Authority);

    /// <summary>Whether the node is closing its ports or has closed them; it prevails over what the components say.</summary>
    public bool IsDraining
    {
        get => _draining;
        set => _draining = value;
    }

    /// <summary>How the node is as a whole.</summary>
    public ComponentStatus Status => IsDraining ? ComponentStatus.Draining
        : !_started ? ComponentStatus.Starting
        : new[]
        {
            Identity.State.Status, Registry.State.Status, Capacity.State.Status, OfApplications(), OfClientAuthorities(), OfAuthority(),
        }.Min();

    /// <summary>Every component, ordered by name behind <c>identity</c>, <c>registry</c>, <c>capacity</c> and <c>authority</c>.</summary>
    public IReadOnlyList<Component> Components =>
    [
        Identity,
        Registry,
        Capacity,
        .. _authority is { } authority ? [authority] : Array.Empty<Component>(),
        .. new[] { _applications, _authorities, _revocations }
            .SelectMany(static group => group.Values).OrderBy(static component => component.Name, StringComparer.Ordinal),
    ];

    /// <summary>The component of an application, made when it is first asked for.</summary>
    public Component Application(string name) => Get(_applications, ComponentNames.Application(name));

    /// <summary>The component of a client authority, made when it is first asked for.</summary>
    public Component ClientAuthority(string name) => Get(_authorities, ComponentNames.ClientAuthority(name));

    /// <summary>The component of a client authority's revocation list, made when it is first asked for.</summary>
    public Component Revocation(string name) => Get(_revocations, ComponentNames.Revocation(name));

    /// <summary>Forgets components that the node has no more: all but those named, and those that stand alone.</summary>
    public void Keep(IReadOnlySet<string> names)
    {
        foreach (ConcurrentDictionary<string, Component> group in new[] { _applications, _authorities, _revocations })
        {
            foreach (string name in group.Keys.Where(name => !names.Contains(name)))
            {
                group.TryRemove(name, out _);
            }
        }
    }

    /// <summary>Ports are bound, identity and registry are in force: from now on the components decide.</summary>
    public void CompleteStart() => _started = true;

    /// <summary>How the node and its components are.</summary>
    public HealthReport Report() =>
        new(Status, Components.ToDictionary(static component => component.Name, static component => component.State));

    /// <summary>How one component is; null when there is none of that name.</summary>
    public HealthReport? Report(string name)
    {
        Component? component = Components.FirstOrDefault(component => component.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return component?.State is { } state
            ? new HealthReport(state.Status, new Dictionary<string, ComponentState> { [component.Name] = state })
            : null;
    }

    // An application that refuses costs the node its strength, not its readiness, as long as another one works.
    private ComponentStatus OfApplications()
    {
        ComponentStatus[] statuses = [.. _applications.Values.Select(static application => application.State.Status)];
        return Array.TrueForAll(statuses, static status => status == ComponentStatus.Healthy) ? ComponentStatus.Healthy
            : Array.Exists(statuses, static status => status.IsReady()) ? ComponentStatus.Degraded
            : statuses.Min();
    }

    // Whatever is wrong with it, the node has what it had from it; once that is too old, identity and registry say so.
    private ComponentStatus OfAuthority() =>
        _authority is { State.Status: not ComponentStatus.Healthy } ? ComponentStatus.Degraded : ComponentStatus.Healthy;

    // A client authority whose clients are refused costs the node its readiness only where there is no other.
    private ComponentStatus OfClientAuthorities()
    {
        int refusing = _revocations.Values.Count(static revocation => !revocation.State.Status.IsReady());
        bool isWell = _authorities.Values.Concat(_revocations.Values).All(static component => component.State.Status == ComponentStatus.Healthy);
        return isWell ? ComponentStatus.Healthy
            : refusing > 0 && refusing == _authorities.Count ? ComponentStatus.Unhealthy
            : ComponentStatus.Degraded;
    }

    private Component Get(ConcurrentDictionary<string, Component> group, string name) =>
        group.GetOrAdd(name, static (name, health) => health.New(name), this);

    private Component New(string name) => new(name, _time, _logger);
}
