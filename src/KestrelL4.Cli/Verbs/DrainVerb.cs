using System.CommandLine;
using KestrelL4.Cli.Control;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>drain</c> and <c>undrain</c>: take the node, an application or an upstream out of service, and back.</summary>
internal static class DrainVerb
{
    /// <summary>The verb <c>drain</c>.</summary>
    public static Command CreateDrain() => Create(
        "drain",
        "Stop taking connections: the node as SIGTERM does, without ending it; an application's port; or an upstream, which is picked no more.",
        "Draining");

    /// <summary>The verb <c>undrain</c>.</summary>
    public static Command CreateUndrain() => Create(
        "undrain", "Take a drain back: the same ports open again, the upstream is picked again.", "Back in service:");

    private static Command Create(string name, string description, string done)
    {
        NodeOptions node = new();
        Argument<DrainTarget> target = new(DrainTarget.Form)
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
        Command command = new(name, description) { target };
        node.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            using AdminSocket socket = node.Open(parsed);
            DrainTarget named = parsed.GetRequiredValue(target);
            return Outcome.Tell(parsed, await socket.SendAsync(HttpMethod.Post, $"/{name}{named.Query}", cancellation), $"{done} {named}.");
        });
        return command;
    }
}
