using System.Text.Json.Serialization;

namespace KestrelL4.Cli.Draining;

/// <summary>What a drain does.</summary>
internal enum DrainPhase
{
    /// <summary>Nothing: there is none yet, or it was taken back.</summary>
    [JsonStringEnumMemberName("inService")]
    InService,

    /// <summary>It has told that it begins; connections are still taken.</summary>
    [JsonStringEnumMemberName("announced")]
    Announced,

    /// <summary>No connection is taken any more; the open ones have their time.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,
}
