using System.CommandLine;
using KestrelL4.Cli.Control;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>close</c>: cut one connection.</summary>
internal static class CloseVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        NodeOptions node = new();
        Argument<string> id = new("ID") { Description = "The connection's id, as 'connections' and the log show it." };
        Command command = new("close", "Cut one open connection; it ends as closed_by_operator.") { id };
        node.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using AdminSocket socket = node.Open(parsed);
            string named = parsed.GetRequiredValue(id);
            AdminAnswer answer = await socket.SendAsync(HttpMethod.Delete, $"/connections/{Uri.EscapeDataString(named)}", cancellation);
            return Outcome.Tell(parsed, answer, $"Closed {named}.");
        });
        return command;
    }
}
