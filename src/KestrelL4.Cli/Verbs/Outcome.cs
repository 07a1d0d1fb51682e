using System.CommandLine;
using System.Text.Json;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Cli.Verbs;

/// <summary>Tells the user what came of a request to the node.</summary>
internal static class Outcome
{
    /// <summary>Prints what was done, or why it was not; returns an <see cref="ExitCode"/>.</summary>
    public static int Tell(ParseResult parsed, AdminAnswer answer, string done)
    {
        if (answer.IsDone)
        {
            parsed.InvocationConfiguration.Output.WriteLine(Printable.Whole(done));
            return ExitCode.Done;
        }

        return Refuse(parsed, [.. answer.Errors]);
    }

    /// <summary>Prints for programs why something was not done; returns an <see cref="ExitCode"/>.</summary>
    public static int RefuseAsJson(ParseResult parsed, IReadOnlyList<string> errors)
    {
        Show.Json(parsed, JsonSerializer.Serialize(new Refusal(errors), CliJson.Default.Refusal));
        return ExitCode.No;
    }

    /// <summary>Prints why something was not done; returns an <see cref="ExitCode"/>.</summary>
    public static int Refuse(ParseResult parsed, params string[] errors)
    {
        foreach (string error in errors)
        {
            parsed.InvocationConfiguration.Error.WriteLine($"{CommandLine.PathOf(parsed)}: {Printable.Whole(error)}");
        }

        return ExitCode.No;
    }
}
