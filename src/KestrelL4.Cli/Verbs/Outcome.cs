using System.CommandLine;
using KestrelL4.Cli.Control;
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

        foreach (string error in answer.Errors)
        {
            parsed.InvocationConfiguration.Error.WriteLine(
                $"{CommandLine.Name} {parsed.CommandResult.Command.Name}: {Printable.Whole(error)}");
        }

        return ExitCode.No;
    }
}
