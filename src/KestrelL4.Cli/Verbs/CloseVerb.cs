using System.CommandLine;
using System.Text.Json;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>close</c>: cut one connection.</summary>
internal static class CloseVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        NodeOptions node = new();
        Argument<string> id = new("ID") { Description = "The connection's id, as 'connections' and the log show it." };
        Option<bool> json = JsonOption.Create();
        Command command = new("close", "Cut one open connection; it ends as closed_by_operator.") { id, json };
        node.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using AdminSocket socket = node.Open(parsed);
            string named = parsed.GetRequiredValue(id);
            AdminAnswer answer = await socket.SendAsync(HttpMethod.Delete, $"/connections/{Uri.EscapeDataString(named)}", cancellation);
            if (!parsed.GetValue(json))
            {
                return Outcome.Tell(parsed, answer, $"Closed {named}.");
            }

            if (!answer.IsDone)
            {
                return Outcome.RefuseAsJson(parsed, answer.Errors);
            }

            Show.Json(parsed, JsonSerializer.Serialize(new CloseAnswer(named), CliJson.Default.CloseAnswer));
            return ExitCode.Done;
        });
        return command;
    }
}
