using System.Text.Json.Serialization;

namespace KestrelL4.Server.Health;

/// <summary>How the node or one of its components is; of several, the first in this order prevails.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ComponentStatus>))]
internal enum ComponentStatus
{
    /// <summary>Takes no more traffic, or soon will not.</summary>
    [JsonStringEnumMemberName("draining")]
    Draining,

    /// <summary>Does not take traffic yet.</summary>
    [JsonStringEnumMemberName("starting")]
    Starting,

    /// <summary>Cannot take traffic.</summary>
    [JsonStringEnumMemberName("unhealthy")]
    Unhealthy,

    /// <summary>Takes traffic, on old data or with reduced strength.</summary>
    [JsonStringEnumMemberName("degraded")]
    Degraded,

    /// <summary>Takes traffic.</summary>
    [JsonStringEnumMemberName("healthy")]
    Healthy,
}

/// <summary>What follows from a status.</summary>
internal static class ComponentStatusExtensions
{
    /// <summary>Whether the node or the component takes traffic: healthy or degraded.</summary>
    public static bool IsReady(this ComponentStatus status) => status is ComponentStatus.Healthy or ComponentStatus.Degraded;
}
