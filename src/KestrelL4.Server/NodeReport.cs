using System.Diagnostics;
using KestrelL4.RateLimiting;
using KestrelL4.Server.Admin;
using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Health;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Reload;
using KestrelL4.Upstreams;

namespace KestrelL4.Server;

/// <summary>Tells what the node is doing, as <c>/status</c> shows it.</summary>
/// <param name="model">What is in force.</param>
/// <param name="served">The applications.</param>
/// <param name="access">What is in force for letting clients in, and the limits of the node.</param>
/// <param name="health">How the components are.</param>
/// <param name="time">The node's clock.</param>
internal sealed class NodeReport(NodeModel model, ServedApplications served, AccessInForce access, NodeHealth health, TimeProvider time)
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>The status at this moment, as far as its reader may know it.</summary>
    public NodeStatus Take(Audience audience)
    {
        HealthReport report = health.Report();
        Access current = access.Current;
        return new NodeStatus
        {
            Status = report.Status,
            Components = report.Components,
            Version = NodeVersion.Text,
            Node = Environment.MachineName,
            StartedAt = _startedAt,
            Configuration = ConfigurationFor(audience),
            Identity = new IdentityStatus(current.Identity?.NotAfter, current.IdentitySource),
            Registry = Of(current),
            Authority = access.Agent is { } agent ? Of(agent.State()) : null,
            Applications = [.. served.All.Select(Of)],
            Limits = [.. LimitsInForce()],
        };
    }

    /// <summary>The configuration in force, and the newer one that was refused, as far as its reader may know it.</summary>
    public ConfigurationStatus ConfigurationFor(Audience audience)
    {
        ConfigurationInForce inForce = model.InForce;
        return new ConfigurationStatus(
            inForce.Reading.Hash,
            inForce.AppliedAt,
            model.Rejected is { } rejected ? RejectedConfiguration.For(audience, rejected.At, rejected.Errors) : null);
    }

    // A registry from files is as new as the files: it has no authority to be away from.
    private RegistryStatus Of(Access current)
    {
        TimeSpan age = access.Agent?.Age.Age ?? TimeSpan.Zero;
        return new RegistryStatus(
            current.RegistrySource,
            current.Registry?.Epoch ?? 0,
            current.Registry?.Revision ?? 0,
            current.Registry?.ClientCount ?? 0,
            age == TimeSpan.MaxValue ? null : age.TotalSeconds,
            age > (model.InForce.Configuration.Authority?.MaxStaleness ?? TimeSpan.MaxValue));
    }

    private AuthorityStatus Of(AgentState state) => new(
        state.IsConnected, health.Authority.State.Since, state.LastContact, state.FailedAttempts, state.Failure?.Sentence);

    private IEnumerable<LimitStatus> LimitsInForce() => served.Configured
        .Select(static each => (Name: (string?)each.Name, each.Application.Limit))
        .Prepend((null, access.Shared.Clients.Node))
        .Where(static each => each.Limit.Numbers != RateLimit.None)
        .Select(static each => LimitOf(each.Name, each.Limit));

    private static LimitStatus LimitOf(string? application, Limit limit) => new()
    {
        Scope = limit.Scope.Word(),
        Application = application,
        Connections = limit.Held,
        Waiting = limit.Waiting,
        MaxConcurrentConnections = limit.Numbers.MaxConcurrentConnections,
        ConnectionsPerWindow = limit.Numbers.ConnectionsPerWindow,
        WindowSeconds = limit.Numbers.Window.TotalSeconds,
        BytesPerSecond = limit.Numbers.BytesPerSecond,
        WaitUpToSeconds = limit.Numbers.WaitUpTo.TotalSeconds,
    };

    private ApplicationStatus Of(ServedApplication served) => new()
    {
        Name = served.Name,
        Listen = served.Address,
        Open = served.Bound is not null,
        Status = served.Application.IsRemoved ? ComponentStatus.Draining : health.Application(served.Name).State.Status,
        Connections = served.Application.Connections.Count,
        Queued = served.Application.QueuedConnections,
        Totals = Enum.GetValues<CloseReason>().ToDictionary(static reason => reason.Word(), served.Application.Counters.ConnectionsEnded),
        Upstreams =
        [
            .. served.Application.Upstreams.Select(Of),
            .. served.Application.FormerUpstreams.Where(static upstream => upstream.ActiveConnections > 0).Select(OfFormer),
        ],
    };

    private UpstreamStatus Of(Upstream upstream) => Of(upstream, UpstreamState.Of(upstream));

    private UpstreamStatus OfFormer(Upstream upstream) => Of(upstream, UpstreamState.OfFormer());

    private UpstreamStatus Of(Upstream upstream, UpstreamState state) => new()
    {
        Name = upstream.Name,
        Address = UpstreamAddress.Text(upstream.Address),
        Status = state.Status,
        Connections = upstream.ActiveConnections,
        Total = upstream.Dials(DialResult.Connected),
        Reason = state.Reason,
        Since = upstream.ChangedAt is { } changed ? time.GetUtcNow() - Stopwatch.GetElapsedTime(changed) : _startedAt,
    };
}
