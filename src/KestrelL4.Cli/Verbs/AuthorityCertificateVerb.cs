using System.CommandLine;
using KestrelL4.Authority.Administration;
using KestrelL4.Cli.Control;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>authority certificate</c>: the certificates of clients.</summary>
internal static class AuthorityCertificateVerb
{
    /// <summary>The verb with its own.</summary>
    public static Command Create() => new("certificate", "The certificates that clients hold.") { CreateRevoke() };

    private static Command CreateRevoke()
    {
        Argument<string> serial = new("SERIAL")
        {
            Description = "The certificate: main:5F3A01, or the serial number alone for one of this authority where there is no other.",
        };
        Command command = new("revoke", "Withdraw one certificate; its client keeps the others.") { serial };
        new AuthorityOptionSet().Act(command, (authority, parsed, cancellation) => authority.AskAsync(
            HttpMethod.Delete,
            AuthorityRequest.To(AdministrationRoutes.Certificate, parsed.GetRequiredValue(serial)),
            AdministrationJson.Default.DoneReport,
            cancellation));
        return command;
    }
}
