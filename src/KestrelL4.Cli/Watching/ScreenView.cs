using System.Text.Json;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;
using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Cli.Watching;

/// <summary>A node on a terminal, always in the same place; while it is away, what was last known of it stays below.</summary>
/// <param name="screen">The terminal.</param>
/// <param name="time">The clock.</param>
internal sealed class ScreenView(Screen screen, TimeProvider time) : IWatchView
{
    private Report _last = new();

    /// <inheritdoc/>
    public void Show(JsonElement status)
    {
        _last = new StatusText(time.GetUtcNow()).Of(status.Deserialize(AdminJson.Default.NodeStatus)!);
        screen.Show(_last);
    }

    /// <inheritdoc/>
    public void ShowAway(string reason, TimeSpan age) => screen.Show(new Report(
    [
        new TextLines().Add(new Cell($"away for {Readable.Age(age)}: {reason}", Tone.Bad)).Add(new Cell("Before that:", Tone.Faint)),
        .. _last.Parts,
    ]));
}
