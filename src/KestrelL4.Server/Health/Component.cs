using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Health;

/// <summary>One part of the node that answers for itself: <c>identity</c>, <c>registry</c>, <c>application:NAME</c>.</summary>
/// <remarks>It begins as starting. Each change of its status is logged once, from whatever thread it comes.</remarks>
internal sealed partial class Component(string name, TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private volatile ComponentState _state = new(ComponentStatus.Starting, "has not reported yet", time.GetUtcNow());

    /// <summary>Its name on the admin endpoint.</summary>
    public string Name => name;

    /// <summary>What it says of itself now.</summary>
    public ComponentState State => _state;

    /// <summary>All is well.</summary>
    public void Healthy() => Change(ComponentStatus.Healthy, null);

    /// <summary>It takes traffic, on old data or with reduced strength.</summary>
    public void Degraded(string reason) => Change(ComponentStatus.Degraded, reason);

    /// <summary>It takes no more traffic, because the operator wants so.</summary>
    public void Draining(string reason) => Change(ComponentStatus.Draining, reason);

    /// <summary>It does not take traffic yet; said only while that is so.</summary>
    public void Starting(string reason) => Change(ComponentStatus.Starting, reason);

    /// <summary>It cannot take traffic.</summary>
    public void Unhealthy(string reason) => Change(ComponentStatus.Unhealthy, reason);

    private void Change(ComponentStatus status, string? reason)
    {
        lock (_lock)
        {
            ComponentState before = _state;
            DateTimeOffset now = time.GetUtcNow();
            if (before.Status == status)
            {
                _state = before with { Reason = reason };
                return;
            }

            _state = new ComponentState(status, reason, now);
            if (status == ComponentStatus.Draining)
            {
                LogDraining(logger, name, reason);
            }
            else if (status != ComponentStatus.Healthy)
            {
                LogNotHealthy(logger, name, Word(status), reason);
            }
            else if (before.Status != ComponentStatus.Starting)
            {
                // That it has started well is no news: the node tells when it is ready.
                LogHealthy(logger, name, Word(before.Status), ReadableDuration.Of(now - before.Since));
            }
        }
    }

    private static string Word(ComponentStatus status) => status.ToString().ToLowerInvariant();

    [LoggerMessage(10, LogLevel.Information, "{Component} is healthy, after {Before} for {Duration}")]
    private static partial void LogHealthy(ILogger logger, string component, string before, string duration);

    [LoggerMessage(12, LogLevel.Information, "{Component} is draining: {Reason}")]
    private static partial void LogDraining(ILogger logger, string component, string? reason);

    [LoggerMessage(11, LogLevel.Warning, "{Component} is {Status}: {Reason}")]
    private static partial void LogNotHealthy(ILogger logger, string component, string status, string? reason);
}
