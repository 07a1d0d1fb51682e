using System.CommandLine;
using System.Text.Json;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;
using KestrelL4.Cli.Verbs;

namespace KestrelL4.Cli.Draining;

/// <summary>Drains, and takes a drain back, for a program: each answer is a line of JSON.</summary>
/// <param name="parsed">The command line.</param>
/// <param name="socket">The node's socket.</param>
/// <param name="target">What is drained.</param>
internal sealed class DrainForPrograms(ParseResult parsed, AdminSocket socket, DrainTarget target)
{
    /// <summary>Begins, and tells how it is then; returns an <see cref="ExitCode"/>.</summary>
    public Task<int> DrainAsync(CancellationToken cancellation) => ChangeAsync("/drain", cancellation);

    /// <summary>Takes it back, and tells how it is then; returns an <see cref="ExitCode"/>.</summary>
    public Task<int> UndrainAsync(CancellationToken cancellation) => ChangeAsync("/undrain", cancellation);

    /// <summary>Begins, tells each change, and ends when no connection is left, or it was taken back; returns an <see cref="ExitCode"/>.</summary>
    public async Task<int> DrainToTheEndAsync(CancellationToken cancellation)
    {
        DrainAnswer? told = null;
        DrainState before = await DrainState.ReadAsync(socket, target, cancellation);
        AdminAnswer answer = await socket.SendAsync(HttpMethod.Post, $"/drain{target.Query}", cancellation);
        if (!answer.IsDone)
        {
            return Outcome.RefuseAsJson(parsed, answer.Errors);
        }

        DrainState end = await new DrainWait(socket, target, (state, _) => Tell(state), TimeProvider.System).WaitAsync(cancellation);
        Tell(end);
        return end.Phase == DrainPhase.Waiting ? ExitCode.Done : ExitCode.No;

        void Tell(DrainState state)
        {
            DrainAnswer now = DrainAnswer.Of(target, state, before);
            if (now != told)
            {
                Show.Json(parsed, JsonSerializer.Serialize(now, CliJson.Default.DrainAnswer));
                parsed.InvocationConfiguration.Output.Flush();
            }

            told = now;
        }
    }

    private async Task<int> ChangeAsync(string request, CancellationToken cancellation)
    {
        DrainState before = await DrainState.ReadAsync(socket, target, cancellation);
        AdminAnswer answer = await socket.SendAsync(HttpMethod.Post, $"{request}{target.Query}", cancellation);
        if (!answer.IsDone)
        {
            return Outcome.RefuseAsJson(parsed, answer.Errors);
        }

        DrainAnswer now = DrainAnswer.Of(target, await DrainState.ReadAsync(socket, target, cancellation), before);
        Show.Json(parsed, JsonSerializer.Serialize(now, CliJson.Default.DrainAnswer));
        return ExitCode.Done;
    }
}
