using System.Globalization;

namespace KestrelL4;

/// <summary>Durations as people read them, in the units in which they are configured.</summary>
internal static class ReadableDuration
{
    /// <summary>A duration in its two largest units, such as <c>3h12m</c>; below a minute <c>35.6s</c> or <c>400ms</c>. What is negative counts as zero.</summary>
    public static string Of(TimeSpan duration) => duration switch
    {
        { TotalDays: >= 1 } => $"{(int)duration.TotalDays}d{duration.Hours}h",
        { TotalHours: >= 1 } => $"{duration.Hours}h{duration.Minutes}m",
        { TotalMinutes: >= 1 } => $"{duration.Minutes}m{duration.Seconds}s",
        { TotalSeconds: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(10 * duration.TotalSeconds) / 10:0.#}s"),
        { TotalMilliseconds: >= 1 } => $"{duration.Milliseconds}ms",
        _ => "0s",
    };
}
