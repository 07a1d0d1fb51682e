using System.CommandLine;
using System.Text.Json;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;
using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>reload</c>: have a running node read everything anew.</summary>
internal static class ReloadVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        NodeOptions node = new();
        Option<bool> json = JsonOption.Create();
        Command command = new("reload", "Read configuration and files anew; ends when they are in force, or refused as a whole.") { json };
        node.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using AdminSocket socket = node.Open(parsed);
            AdminAnswer answer = await socket.SendAsync(HttpMethod.Post, "/reload", cancellation);
            if (parsed.GetValue(json))
            {
                Show.Json(parsed, answer.Body);
                return answer.IsDone ? ExitCode.Done : ExitCode.No;
            }

            return Outcome.Tell(parsed, answer, answer.IsDone ? Applied(answer) : "");
        });
        return command;
    }

    private static string Applied(AdminAnswer answer)
    {
        ConfigurationStatus status = JsonSerializer.Deserialize(answer.Body, AdminJson.Default.ConfigurationStatus)!;
        return $"Configuration {status.Hash} is in force, applied {Readable.Time(status.AppliedAt)}.";
    }
}
