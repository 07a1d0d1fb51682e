using System.CommandLine;

namespace KestrelL4.Cli.Verbs;

/// <summary>The option <c>--json</c>: for programs instead of people.</summary>
internal static class JsonOption
{
    /// <summary>The option.</summary>
    public static Option<bool> Create() => new("--json") { Description = "Print the answer as JSON, for programs." };
}
