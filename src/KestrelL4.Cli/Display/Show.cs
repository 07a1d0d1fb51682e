using System.CommandLine;

namespace KestrelL4.Cli.Display;

/// <summary>Brings what a verb has to say to its standard output.</summary>
internal static class Show
{
    /// <summary>A report: in colours and columns of the terminal's width, or plain and as wide as it is in a file or pipe.</summary>
    public static void Report(ParseResult parsed, Report report)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        output.Write(Terminal.Behind(output) is { } terminal ? new TerminalText(terminal).Of(report) : report.ToString());
    }

    /// <summary>An answer as it came, in one line.</summary>
    public static void Json(ParseResult parsed, string answer) => parsed.InvocationConfiguration.Output.WriteLine(JsonText.Of(answer));
}
