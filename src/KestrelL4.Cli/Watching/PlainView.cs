using System.Text.Json;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;
using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Cli.Watching;

/// <summary>A node in a file or pipe: what there is to say each time, one below the other.</summary>
/// <param name="output">Standard output.</param>
/// <param name="time">The clock.</param>
internal sealed class PlainView(TextWriter output, TimeProvider time) : IWatchView
{
    /// <inheritdoc/>
    public void Show(JsonElement status) =>
        Write(new StatusText(time.GetUtcNow()).Of(status.Deserialize(AdminJson.Default.NodeStatus)!));

    /// <inheritdoc/>
    public void ShowAway(string reason, TimeSpan age) => Write(Report.Of($"away for {Readable.Age(age)}: {reason}"));

    private void Write(Report report)
    {
        output.Write($"{report}\n");
        output.Flush();
    }
}
