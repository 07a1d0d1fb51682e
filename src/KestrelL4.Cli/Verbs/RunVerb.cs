using System.CommandLine;
using KestrelL4.Server;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>run</c>: serve. What the command does when no verb is given.</summary>
internal static class RunVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("run", "Serve until SIGTERM or SIGINT, which drain; SIGQUIT cuts. The default verb.");
        MakeDefaultOf(command);
        return command;
    }

    /// <summary>Has a command without a verb run the node.</summary>
    public static void MakeDefaultOf(Command command)
    {
        SourceOptions sources = new();
        sources.AddTo(command);
        command.SetAction(async (parsed, _) =>
            (int)await new NodeProcess(parsed.InvocationConfiguration.Error, TimeProvider.System).RunAsync(sources.Of(parsed)));
    }
}
