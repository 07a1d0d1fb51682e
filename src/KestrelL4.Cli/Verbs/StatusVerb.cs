using System.CommandLine;
using System.Text.Json;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;
using KestrelL4.Cli.Watching;
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
        Option<bool> json = JsonOption.Create();
        Command command = new("status", "How a running node is: components, applications, upstreams.") { watch, json };
        node.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using AdminSocket socket = node.Open(parsed);
            if (parsed.GetValue(watch))
            {
                await WatchAsync(socket, parsed, parsed.GetValue(json));
            }
            else if (parsed.GetValue(json))
            {
                JsonElement answer = await socket.ReadAsync("/status", AdminJson.Default.JsonElement, cancellation);
                Show.Json(parsed, answer.GetRawText());
            }
            else
            {
                NodeStatus status = await socket.ReadAsync("/status", AdminJson.Default.NodeStatus, cancellation);
                Show.Report(parsed, new StatusText(TimeProvider.System.GetUtcNow()).Of(status));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task WatchAsync(AdminSocket socket, ParseResult parsed, bool isJson)
    {
        InvocationConfiguration streams = parsed.InvocationConfiguration;
        using Screen? screen = !isJson && Terminal.Behind(streams.Output) is not null ? new Screen(streams.Output) : null;
        IWatchView view = isJson ? new JsonView(streams.Output, streams.Error)
            : screen is not null ? new ScreenView(screen, TimeProvider.System)
            : new PlainView(streams.Output, TimeProvider.System);
        using WatchSignals signals = new(screen);
        await new StatusWatch(socket, view, TimeProvider.System).RunAsync(signals);
    }
}
