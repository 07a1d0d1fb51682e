using System.CommandLine;
using KestrelL4.Authority.Administration;
using KestrelL4.Authority.Pki;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>authority client</c>: the clients of the registry.</summary>
internal static class AuthorityClientVerb
{
    private const string CertificateForm = "main:5F3A01, or the serial number alone for a certificate of this authority";

    /// <summary>The verb with its own five.</summary>
    public static Command Create() => new("client", "The clients of the registry.")
    {
        CreateAdd(),
        CreateIssue(),
        CreateSet(),
        CreateRevoke(),
        CreateList(),
    };

    private static Command CreateAdd()
    {
        Argument<string> name = NameArgument();
        Option<string[]> serials = Many("--serial-number", "S", $"Its certificates, each as {CertificateForm}. May be left out: 'issue' makes one.");
        Option<string[]> applications = Many("--application", "APP", "The applications that it may use; * = all, also later ones.");
        Command command = new("add", "Register a client.") { name, serials, applications };
        new AuthorityOptionSet().Act(command, async (authority, parsed, cancellation) =>
        {
            ClientOrder order = new(parsed.GetRequiredValue(name), parsed.GetValue(serials) ?? [], parsed.GetValue(applications) ?? []);
            return await authority.OrderAsync(
                HttpMethod.Post,
                AdministrationRoutes.Clients,
                (order, AdministrationJson.Default.ClientOrder),
                AdministrationJson.Default.DoneReport,
                cancellation);
        });
        return command;
    }

    private static Command CreateIssue()
    {
        Argument<string> name = NameArgument();
        Option<string> directory = new("--out") { Description = "Where NAME.key and NAME.crt are written.", HelpName = "DIR", Required = true };
        Option<int> days = new("--days") { Description = "How long the certificate is valid.", HelpName = "N", DefaultValueFactory = static _ => 365 };
        Command command = new("issue", "Make a key here and have it certified for a registered client.") { name, directory, days };
        new AuthorityOptionSet().Act(command, CliJson.Default.IssuedClient, static issued => issued.Text, async (authority, parsed, cancellation) =>
        {
            string client = parsed.GetRequiredValue(name);
            ClientFiles files = new(parsed.GetRequiredValue(directory), client);
            string request = $"{AuthorityRequest.To(AdministrationRoutes.ClientCertificates, client)}?days={parsed.GetValue(days)}";
            await files.WriteAsync(body => authority.PostTextAsync(request, body, cancellation));
            return files.Written();
        });
        return command;
    }

    private static Command CreateSet()
    {
        Argument<string> name = NameArgument();
        Option<string[]> added = Many("--add-serial-number", "S", $"Further certificates, each as {CertificateForm}.");
        Option<string[]> applications = Many("--application", "APP", "The applications that it may use from now on, in place of those before; * = all.");
        Option<bool?> disabled = new("--disabled") { Description = "Whether it is refused from now on.", HelpName = "true|false" };
        LimitOptions limits = new();
        Command command = new("set", "Change a client; what is not named stays.") { name, added, applications, disabled };
        limits.AddTo(command);
        new AuthorityOptionSet().Act(command, async (authority, parsed, cancellation) =>
        {
            ClientChange change = new()
            {
                AddSerialNumbers = parsed.GetResult(added) is null ? null : parsed.GetValue(added),
                Applications = parsed.GetResult(applications) is null ? null : parsed.GetValue(applications),
                Disabled = parsed.GetValue(disabled),
                Limit = limits.Of(parsed),
            };
            return await authority.OrderAsync(
                HttpMethod.Patch,
                AuthorityRequest.To(AdministrationRoutes.Client, parsed.GetRequiredValue(name)),
                (change, AdministrationJson.Default.ClientChange),
                AdministrationJson.Default.DoneReport,
                cancellation);
        });
        return command;
    }

    private static Command CreateRevoke()
    {
        Argument<string> name = NameArgument();
        Command command = new("revoke", "Remove a client, and revoke every certificate that it holds.") { name };
        new AuthorityOptionSet().Act(command, (authority, parsed, cancellation) => authority.AskAsync(
            HttpMethod.Delete,
            AuthorityRequest.To(AdministrationRoutes.Client, parsed.GetRequiredValue(name)),
            AdministrationJson.Default.DoneReport,
            cancellation));
        return command;
    }

    private static Command CreateList()
    {
        Command command = new("list", "The clients with their grants, limits and certificates, and the revoked certificates.");
        new AuthorityOptionSet().Present(command, AdministrationRoutes.Clients, AdministrationJson.Default.ClientsReport, ClientsText.Of);
        return command;
    }

    // Checked here too, for the name becomes that of files.
    private static Argument<string> NameArgument()
    {
        Argument<string> name = new("NAME") { Description = $"The client; {ClientName.Rule}." };
        name.Validators.Add(static result =>
        {
            if (!ClientName.TryParse(result.Tokens[0].Value, out _))
            {
                result.AddError($"{result.Tokens[0].Value}: {ClientName.Rule}.");
            }
        });
        return name;
    }

    private static Option<string[]> Many(string name, string value, string description) => new(name)
    {
        Description = description,
        HelpName = value,
        AllowMultipleArgumentsPerToken = true,
    };
}
