using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Admin;

/// <summary>How the node is: its components, and the status that follows from all of them.</summary>
/// <remarks>It begins as starting. Safe to use from any thread.</remarks>
internal sealed class NodeHealth
{
    private readonly ConcurrentDictionary<string, Component> _applications = new(StringComparer.OrdinalIgnoreCase);
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile bool _started;
    private volatile bool _draining;

    /// <summary>A node that is starting.</summary>
    public NodeHealth(TimeProvider time, ILogger<NodeHealth> logger)
    {
        _time = time;
        _logger = logger;
        Identity = new Component("identity", time, logger);
        Registry = new Component("registry", time, logger);
    }

    /// <summary>The node's own certificate.</summary>
    public Component Identity { get; }

    /// <summary>The clients and grants in force.</summary>
    public Component Registry { get; }

    /// <summary>How the node is as a whole.</summary>
    public ComponentStatus Status
    {
        get
        {
            if (_draining)
            {
                return ComponentStatus.Draining;
            }

            ComponentStatus applications = Overall([.. _applications.Values.Select(static application => application.State)]);
            ComponentStatus data = First(Identity.State.Status, Registry.State.Status);
            return _started ? First(applications, data) : ComponentStatus.Starting;
        }
    }

    /// <summary>Every component, ordered by name behind <c>identity</c> and <c>registry</c>.</summary>
    public IReadOnlyList<Component> Components =>
        [Identity, Registry, .. _applications.Values.OrderBy(static application => application.Name, StringComparer.Ordinal)];

    /// <summary>The component of an application, made when it is first asked for.</summary>
    public Component Application(string name) =>
        _applications.GetOrAdd(name, static (key, health) => new Component($"application:{key}", health._time, health._logger), this);

    /// <summary>Forgets the component of an application that is no more.</summary>
    public void RemoveApplication(string name) => _applications.TryRemove(name, out _);

    /// <summary>Ports are bound, identity and registry are in force: from now on the components decide.</summary>
    public void CompleteStart() => _started = true;

    /// <summary>The node is about to close its ports: draining, whatever the components say.</summary>
    public void BeginDrain() => _draining = true;

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
    private static ComponentStatus Overall(ComponentState[] applications)
    {
        if (Array.TrueForAll(applications, static application => application.Status == ComponentStatus.Healthy))
        {
            return ComponentStatus.Healthy;
        }

        return Array.Exists(applications, static application => application.IsReady)
            ? ComponentStatus.Degraded
            : applications.Min(static application => application.Status);
    }

    private static ComponentStatus First(ComponentStatus one, ComponentStatus other) => one < other ? one : other;
}
