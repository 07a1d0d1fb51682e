using System.CommandLine;
using System.Text.Json;
using KestrelL4.Cli.Control;
using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>status</c>: how a running node is and what it does.</summary>
internal static class StatusVerb
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        NodeOptions node = new();
        Option<bool> watch = new("--watch") { Description = "Show it anew every second until Ctrl-C." };
        Option<bool> json = new("--json") { Description = "Print the node's answer as it came." };
        Command command = new("status", "How a running node is: components, applications, upstreams.") { watch, json };
        node.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using AdminSocket socket = node.Open(parsed);
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (!parsed.GetValue(watch))
            {
                output.Write(await ReadAsync(cancellation));
                return ExitCode.Done;
            }

            await new StatusWatch(output, TimeProvider.System).RunAsync(ReadAsync);
            return ExitCode.Done;

            async Task<string> ReadAsync(CancellationToken stop)
            {
                if (parsed.GetValue(json))
                {
                    JsonElement answer = await socket.ReadAsync("/status", AdminJson.Default.JsonElement, stop);
                    return answer.GetRawText() + "\n";
                }

                NodeStatus status = await socket.ReadAsync("/status", AdminJson.Default.NodeStatus, stop);
                return new StatusText(TimeProvider.System.GetUtcNow()).Of(status);
            }
        });
        return command;
    }
}
