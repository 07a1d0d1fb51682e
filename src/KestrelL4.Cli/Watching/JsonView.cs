using System.Text.Json;
using KestrelL4.Cli.Display;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Cli.Watching;

/// <summary>A node as JSON, a line each time; that it is away goes to standard error.</summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
internal sealed class JsonView(TextWriter output, TextWriter error) : IWatchView
{
    /// <inheritdoc/>
    public void Show(JsonElement status)
    {
        output.WriteLine(JsonText.Of(status.GetRawText()));
        output.Flush();
    }

    /// <inheritdoc/>
    public void ShowAway(string reason, TimeSpan age) => error.WriteLine($"{CommandLine.Name} status: {Printable.Whole(reason)}.");
}
