using KestrelL4.Cli.Display;
using KestrelL4.Server.Health;

namespace KestrelL4.Cli.Control;

/// <summary>The words of status with their tones.</summary>
internal static class Tones
{
    /// <summary>How a node, a component or an application is.</summary>
    public static Cell Of(ComponentStatus status) => new(status.ToString().ToLowerInvariant(), status switch
    {
        ComponentStatus.Healthy => Tone.Good,
        ComponentStatus.Unhealthy => Tone.Bad,
        _ => Tone.Doubtful,
    });

    /// <summary>How an upstream is, in the node's own word.</summary>
    public static Cell OfUpstream(string status) => new(status, status switch
    {
        "available" => Tone.Good,
        "down" => Tone.Bad,
        _ => Tone.Doubtful,
    });
}
