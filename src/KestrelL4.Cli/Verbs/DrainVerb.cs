using System.CommandLine;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Draining;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>drain</c> and <c>undrain</c>: take the node, an application or an upstream out of service, and back.</summary>
internal static class DrainVerb
{
    /// <summary>The verb <c>drain</c>.</summary>
    public static Command CreateDrain()
    {
        NodeOptions node = new();
        Argument<DrainTarget> target = TargetArgument();
        Option<bool> wait = new("--wait") { Description = "Show how it goes on, until no connection is left; Ctrl-C leaves it draining." };
        Option<bool> json = JsonOption.Create();
        Command command = new(
            "drain", "Stop taking connections: the node as SIGTERM does, without ending it; an application's port; or an upstream, which is picked no more.")
        {
            target, wait, json,
        };
        node.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using AdminSocket socket = node.Open(parsed);
            DrainTarget named = parsed.GetRequiredValue(target);
            if (parsed.GetValue(json))
            {
                DrainForPrograms drain = new(parsed, socket, named);
                return await (parsed.GetValue(wait) ? drain.DrainToTheEndAsync(cancellation) : drain.DrainAsync(cancellation));
            }

            if (!parsed.GetValue(wait))
            {
                return Outcome.Tell(parsed, await BeginAsync(socket, named, cancellation), $"Draining {named}.");
            }

            DrainProgress progress = new(parsed.InvocationConfiguration.Output, named);
            DrainWait waiting = new(socket, named, progress.Tell, TimeProvider.System);
            DrainState before = await DrainState.ReadAsync(socket, named, cancellation);
            AdminAnswer answer = await BeginAsync(socket, named, cancellation);
            if (!answer.IsDone)
            {
                return Outcome.Tell(parsed, answer, "");
            }

            DrainState end = await waiting.WaitAsync(cancellation);
            progress.End();
            return end.Phase == DrainPhase.Waiting
                ? Outcome.Tell(parsed, answer, $"Drained {named} within {Readable.Age(waiting.Elapsed)}; connections cut: {end.Cut - before.Cut}.")
                : Outcome.Refuse(parsed, $"{named} was put back into service meanwhile.");
        });
        return command;
    }

    /// <summary>The verb <c>undrain</c>.</summary>
    public static Command CreateUndrain()
    {
        NodeOptions node = new();
        Argument<DrainTarget> target = TargetArgument();
        Option<bool> json = JsonOption.Create();
        Command command = new("undrain", "Take a drain back: the same ports open again, the upstream is picked again.") { target, json };
        node.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using AdminSocket socket = node.Open(parsed);
            DrainTarget named = parsed.GetRequiredValue(target);
            return parsed.GetValue(json)
                ? await new DrainForPrograms(parsed, socket, named).UndrainAsync(cancellation)
                : Outcome.Tell(parsed, await socket.SendAsync(HttpMethod.Post, $"/undrain{named.Query}", cancellation), $"Back in service: {named}.");
        });
        return command;
    }

    private static Task<AdminAnswer> BeginAsync(AdminSocket socket, DrainTarget target, CancellationToken cancellation) =>
        socket.SendAsync(HttpMethod.Post, $"/drain{target.Query}", cancellation);

    private static Argument<DrainTarget> TargetArgument() => new(DrainTarget.Form)
    {
        Description = "The application, or one of its upstreams. Without it, the whole node.",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => DrainTarget.Node,
        CustomParser = static result =>
        {
            if (!DrainTarget.TryParse(result.Tokens[0].Value, out DrainTarget read))
            {
                result.AddError($"'{result.Tokens[0].Value}': write {DrainTarget.Form}, such as postgres or postgres/db1.");
            }

            return read;
        },
    };
}
