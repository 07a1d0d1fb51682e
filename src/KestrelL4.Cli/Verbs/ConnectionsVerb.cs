using System.CommandLine;
using System.Text.Json;
using KestrelL4.Cli.Control;
using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>connections</c>: the open connections of a running node.</summary>
internal static class ConnectionsVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        NodeOptions node = new();
        Option<bool> json = new("--json") { Description = "Print the node's answer as it came." };
        Command command = new("connections", "The open connections of a running node, oldest first.") { json };
        node.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using AdminSocket socket = node.Open(parsed);
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                JsonElement answer = await socket.ReadAsync("/connections", AdminJson.Default.JsonElement, cancellation);
                output.WriteLine(answer.GetRawText());
                return ExitCode.Done;
            }

            OpenConnection[] connections = await socket.ReadAsync("/connections", AdminJson.Default.OpenConnectionArray, cancellation);
            output.Write(new ConnectionsText(TimeProvider.System.GetUtcNow()).Of(connections));
            return ExitCode.Done;
        });
        return command;
    }
}
