using System.CommandLine;
using KestrelL4.Authority.Administration;
using KestrelL4.Cli.Control;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>authority node</c>: the nodes that have joined.</summary>
internal static class AuthorityNodeVerb
{
    /// <summary>The verb with its own two.</summary>
    public static Command Create() => new("node", "The nodes that have joined.") { CreateList(), CreateRevoke() };

    private static Command CreateList()
    {
        Command command = new("list", "The nodes, and until when their certificates are valid.");
        new AuthorityOptionSet().Present(
            command, AdministrationRoutes.Nodes, AdministrationJson.Default.NodesReport, static report => NodesText.Of(report, TimeProvider.System));
        return command;
    }

    private static Command CreateRevoke()
    {
        Argument<string> node = new("NODE") { Description = "The node." };
        Command command = new("revoke", "Refuse a node everywhere, from now on.") { node };
        new AuthorityOptionSet().Act(command, (authority, parsed, cancellation) => authority.AskAsync(
            HttpMethod.Delete,
            AuthorityRequest.To(AdministrationRoutes.Node, parsed.GetRequiredValue(node)),
            AdministrationJson.Default.DoneReport,
            cancellation));
        return command;
    }
}
