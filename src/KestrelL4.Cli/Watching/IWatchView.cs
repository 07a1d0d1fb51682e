using System.Text.Json;

namespace KestrelL4.Cli.Watching;

/// <summary>Where a watched node is shown: a terminal, a file or pipe, or a program that reads JSON.</summary>
internal interface IWatchView
{
    /// <summary>Shows the answer of <c>/status</c>.</summary>
    void Show(JsonElement status);

    /// <summary>Shows that there is none.</summary>
    /// <param name="reason">Why, for people.</param>
    /// <param name="age">For how long.</param>
    void ShowAway(string reason, TimeSpan age);
}
