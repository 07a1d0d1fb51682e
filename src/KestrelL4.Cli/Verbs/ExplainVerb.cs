using System.CommandLine;
using System.Text.Json;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;
using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Explaining;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>explain</c>: would this client get in, and why (not).</summary>
internal static class ExplainVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        NodeOptions node = new();
        Argument<string> client = new("CLIENT") { Description = "The client's name in the registry." };
        Argument<string> application = new("APPLICATION") { Description = "The application's name." };
        Option<bool> json = JsonOption.Create();
        Command command = new("explain", "Would this client get in now, to which upstream, under which limits, and why (not)?")
        {
            client, application, json,
        };
        node.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using AdminSocket socket = node.Open(parsed);
            string query = $"?client={Uri.EscapeDataString(parsed.GetRequiredValue(client))}"
                + $"&application={Uri.EscapeDataString(parsed.GetRequiredValue(application))}";
            AdminAnswer answer = await socket.SendAsync(HttpMethod.Get, $"/explain{query}", cancellation);
            if (!answer.IsDone)
            {
                return Outcome.Tell(parsed, answer, "");
            }

            Explanation explanation = JsonSerializer.Deserialize(answer.Body, AdminJson.Default.Explanation)!;
            if (parsed.GetValue(json))
            {
                Show.Json(parsed, answer.Body);
            }
            else
            {
                Show.Report(parsed, ExplanationText.Of(explanation));
            }

            return explanation.Admitted ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }
}
