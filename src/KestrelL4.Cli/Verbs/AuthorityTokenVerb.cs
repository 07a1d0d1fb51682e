using System.CommandLine;
using KestrelL4.Authority.Administration;
using KestrelL4.Authority.Pki;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>authority token</c>: admits nodes.</summary>
internal static class AuthorityTokenVerb
{
    /// <summary>The verb with its own.</summary>
    public static Command Create() => new("token", "Join tokens, by which nodes come to their first certificate.") { CreateCreate() };

    private static Command CreateCreate()
    {
        Argument<string> node = new("NODE") { Description = "The node that the token admits: the name in its certificate." };
        Option<HostName[]> hosts = HostOption.Create("Names and addresses under which clients reach the node; may be repeated.");
        Option<TimeSpan?> expires = DurationOption.Create("--expires", "How long it admits, at most 30d. Default: 1h.");
        Option<int> uses = new("--uses")
        {
            Description = "How many keys it admits: more than one for a node that may have to join again.",
            HelpName = "N",
            DefaultValueFactory = static _ => 1,
        };
        Command command = new("create", "Print a new token, which is shown this once.") { node, hosts, expires, uses };
        new AuthorityOptionSet().Act(command, AdministrationJson.Default.TokenReport, static created => created.Token, async (authority, parsed, cancellation) =>
        {
            TokenOrder order = new(
                parsed.GetRequiredValue(node),
                [.. parsed.GetRequiredValue(hosts).Select(static host => host.Text)],
                parsed.GetValue(expires) ?? TimeSpan.FromHours(1),
                parsed.GetValue(uses));
            return await authority.OrderAsync(
                HttpMethod.Post,
                AdministrationRoutes.Tokens,
                (order, AdministrationJson.Default.TokenOrder),
                AdministrationJson.Default.TokenReport,
                cancellation);
        });
        return command;
    }
}
