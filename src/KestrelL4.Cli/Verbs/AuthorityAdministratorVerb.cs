using System.CommandLine;
using KestrelL4.Authority.Administration;
using KestrelL4.Cli.Control;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>authority administrator</c>: the certificates that administer from another machine.</summary>
internal static class AuthorityAdministratorVerb
{
    /// <summary>The verb with its own three.</summary>
    public static Command Create() =>
        new("administrator", "The certificates that administer from another machine, with --server.") { CreateAdd(), CreateRemove(), CreateList() };

    private static Command CreateAdd()
    {
        Argument<string> serial = SerialArgument();
        Command command = new("add", "Let a certificate administer.") { serial };
        new AuthorityOptionSet().Act(command, (authority, parsed, cancellation) => authority.OrderAsync(
            HttpMethod.Post,
            AdministrationRoutes.Administrators,
            (new AdministratorOrder(parsed.GetRequiredValue(serial)), AdministrationJson.Default.AdministratorOrder),
            AdministrationJson.Default.DoneReport,
            cancellation));
        return command;
    }

    private static Command CreateRemove()
    {
        Argument<string> serial = SerialArgument();
        Command command = new("remove", "Let a certificate administer no longer, from now on.") { serial };
        new AuthorityOptionSet().Act(command, (authority, parsed, cancellation) => authority.AskAsync(
            HttpMethod.Delete,
            AuthorityRequest.To(AdministrationRoutes.Administrator, parsed.GetRequiredValue(serial)),
            AdministrationJson.Default.DoneReport,
            cancellation));
        return command;
    }

    private static Command CreateList()
    {
        Command command = new("list", "The certificates that may administer, and whether each still counts.");
        new AuthorityOptionSet().Present(
            command, AdministrationRoutes.Administrators, AdministrationJson.Default.AdministratorsReport, AdministratorsText.Of);
        return command;
    }

    private static Argument<string> SerialArgument() =>
        new("SERIAL") { Description = "The serial number of a certificate that 'client issue' made." };
}
