using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using KestrelL4.Authority.Pki;
using KestrelL4.Cli.Display;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>pki</c>: a small CA on files.</summary>
internal static class PkiVerb
{
    private const int AuthorityDays = 3_650;
    private const int CertificateDays = 365;

    /// <summary>The verb with its own four.</summary>
    public static Command Create() => new("pki", "A small CA on files, for those who have none. ECDSA P-256; never overwrites a file.")
    {
        CreateInit(),
        CreateServer(),
        CreateClient(),
        CreateRevoke(),
    };

    private static Command CreateInit()
    {
        Option<bool> json = JsonOption.Create();
        Option<string> directory = DirectoryOption();
        Option<int> days = DaysOption("How long the CA and its revocation list are valid.", AuthorityDays);
        var command = new Command("init", "Make the CA: ca.crt, ca.key, ca.crl.") { directory, days, json };
        command.SetAction(parsed => Tell(parsed, json, Open(parsed, directory).Initialize(parsed.GetValue(days))));
        return command;
    }

    private static Command CreateServer()
    {
        Option<HostName[]> hosts = HostOption.Create("DNS names and IP addresses under which clients reach the node; may be repeated.");
        Option<bool> json = JsonOption.Create();
        Option<string> directory = DirectoryOption();
        Option<int> days = DaysOption("How long the certificate is valid; never beyond its CA.", CertificateDays);
        var command = new Command("server", "Issue the node's certificate: server.crt, server.key.") { hosts, directory, days, json };
        command.SetAction(parsed =>
            Tell(parsed, json, Open(parsed, directory).IssueServer(parsed.GetRequiredValue(hosts), parsed.GetValue(days))));
        return command;
    }

    private static Command CreateClient()
    {
        var name = new Argument<ClientName?>("NAME")
        {
            Description = $"The client; {ClientName.Rule}.",
            CustomParser = result => ClientName.TryParse(result.Tokens[0].Value, out ClientName? read)
                ? read
                : Refuse<ClientName>(result, $"{result.Tokens[0].Value}: {ClientName.Rule}"),
        };
        Option<bool> json = JsonOption.Create();
        Option<string> directory = DirectoryOption();
        Option<int> days = DaysOption("How long the certificate is valid; never beyond its CA.", CertificateDays);
        var command = new Command("client", "Issue a client's certificate: NAME.crt, NAME.key; prints the serial number to register.")
        {
            name, directory, days, json,
        };
        command.SetAction(parsed =>
            Tell(parsed, json, Open(parsed, directory).IssueClient(parsed.GetRequiredValue(name)!, parsed.GetValue(days))));
        return command;
    }

    private static Command CreateRevoke()
    {
        var serialNumber = new Argument<SerialNumber?>("SERIAL")
        {
            Description = "The serial number as openssl or .NET print it; case, colons, 0x and leading zeros do not matter.",
            CustomParser = result => SerialNumber.TryParse(result.Tokens[0].Value, out SerialNumber? read)
                ? read
                : Refuse<SerialNumber>(result, $"{result.Tokens[0].Value}: {SerialNumber.Rule}"),
        };
        Option<bool> json = JsonOption.Create();
        Option<string> directory = DirectoryOption();
        Option<int> days = DaysOption("How long the new revocation list is valid; never beyond its CA.", AuthorityDays);
        var command = new Command("revoke", "Add a certificate to ca.crl. One listed already stays, and the list is issued again.")
        {
            serialNumber, directory, days, json,
        };
        command.SetAction(parsed =>
            Tell(parsed, json, Open(parsed, directory).Revoke(parsed.GetRequiredValue(serialNumber)!, parsed.GetValue(days))));
        return command;
    }

    private static Option<string> DirectoryOption() => new("--directory")
    {
        Description = "Where the files are.",
        HelpName = "DIR",
        DefaultValueFactory = _ => "pki",
    };

    private static Option<int> DaysOption(string description, int preset) => new("--days")
    {
        Description = $"{description} 1 to {Validity.MaxDays}.",
        HelpName = "N",
        DefaultValueFactory = _ => preset,
        CustomParser = result =>
        {
            if (!int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int days)
                || days is < 1 or > Validity.MaxDays)
            {
                result.AddError($"{result.Tokens[0].Value}: --days is a whole number from 1 to {Validity.MaxDays}.");
            }

            return days;
        },
    };

    private static FilePki Open(ParseResult parsed, Option<string> directory) =>
        new(parsed.GetRequiredValue(directory), TimeProvider.System);

    private static T? Refuse<T>(ArgumentResult result, string reason)
        where T : class
    {
        result.AddError($"{reason}.");
        return null;
    }

    private static int Tell(ParseResult parsed, Option<bool> json, PkiAnswer answer)
    {
        if (answer.IsRefused)
        {
            parsed.InvocationConfiguration.Error.WriteLine($"{CommandLine.Name} pki {parsed.CommandResult.Command.Name}: {answer.Text}.");
            return ExitCode.No;
        }

        if (parsed.GetValue(json))
        {
            Show.Json(parsed, JsonSerializer.Serialize(new CertificateAnswer(answer.SerialNumber!.Text), CliJson.Default.CertificateAnswer));
        }
        else
        {
            parsed.InvocationConfiguration.Output.WriteLine(answer.Text);
        }

        return ExitCode.Done;
    }
}
