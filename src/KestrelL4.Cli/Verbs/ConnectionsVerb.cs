using System.CommandLine;
using System.Text.Json;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;
using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>connections</c>: the open connections of a running node.</summary>
internal static class ConnectionsVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        NodeOptions node = new();
        Option<bool> json = JsonOption.Create();
        Command command = new("connections", "The open connections of a running node, oldest first.") { json };
        node.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using AdminSocket socket = node.Open(parsed);
            if (parsed.GetValue(json))
            {
                JsonElement answer = await socket.ReadAsync("/connections", AdminJson.Default.JsonElement, cancellation);
                Show.Json(parsed, answer.GetRawText());
                return ExitCode.Done;
            }

            OpenConnection[] connections = await socket.ReadAsync("/connections", AdminJson.Default.OpenConnectionArray, cancellation);
            Show.Report(parsed, new ConnectionsText(TimeProvider.System.GetUtcNow()).Of(connections));
            return ExitCode.Done;
        });
        return command;
    }
}
