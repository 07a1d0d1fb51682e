using System.CommandLine;
using System.Text.Json;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>wait</c>: block until a node is as wanted.</summary>
internal static class WaitVerb
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        NodeOptions node = new();
        Option<string?> component = new("--component")
        {
            Description = "One component, such as application:postgres; without it, the node.",
            HelpName = "NAME",
        };
        Option<WaitGoal> goal = new("--for")
        {
            Description = "ready = takes traffic; healthy = nothing is wrong.",
            DefaultValueFactory = static _ => WaitGoal.Ready,
        };
        goal.AcceptOnlyFromAmong("ready", "healthy");
        Option<TimeSpan> timeout = new("--timeout")
        {
            Description = "How long to wait at most, such as 500ms, 30s or 5m.",
            HelpName = "DURATION",
            DefaultValueFactory = static _ => DefaultTimeout,
            CustomParser = static result =>
            {
                if (!Duration.TryParse(result.Tokens[0].Value, out TimeSpan read, out string allowed))
                {
                    result.AddError($"'{result.Tokens[0].Value}' is no duration; {allowed}.");
                }

                return read;
            },
        };
        Option<bool> json = JsonOption.Create();
        Command command = new("wait", "Wait until a node, or one of its components, is ready; a node may also come only now.")
        {
            component, goal, timeout, json,
        };
        node.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using AdminSocket socket = node.Open(parsed);
            NodeWait wait = new(socket, parsed.GetValue(component), parsed.GetValue(goal), TimeProvider.System);
            string? obstacle = await wait.WaitAsync(parsed.GetValue(timeout), cancellation);
            if (parsed.GetValue(json))
            {
                Show.Json(parsed, JsonSerializer.Serialize(new WaitAnswer(obstacle is null, obstacle), CliJson.Default.WaitAnswer));
            }
            else if (obstacle is not null)
            {
                parsed.InvocationConfiguration.Error.WriteLine($"{CommandLine.Name} wait: timed out: {Printable.Whole(obstacle)}");
            }

            return obstacle is null ? ExitCode.Done : ExitCode.No;
        });
        return command;
    }
}
