using System.CommandLine;
using System.Net;
using KestrelL4.Authority;
using KestrelL4.Authority.Administration;
using KestrelL4.Authority.Pki;
using KestrelL4.Cli.Control;
using KestrelL4.Server;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Telemetry;
using Microsoft.Extensions.Configuration;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>authority</c>: the server that issues identities and serves the registry, and what acts on it.</summary>
internal static class AuthorityVerb
{
    /// <summary>The verb with all of its own.</summary>
    public static Command Create() => new("authority", "The server that issues the identities of nodes and clients, and serves the registry.")
    {
        CreateRun(),
        AuthorityTokenVerb.Create(),
        AuthorityNodeVerb.Create(),
        AuthorityClientVerb.Create(),
        AuthorityCertificateVerb.Create(),
        AuthorityAdministratorVerb.Create(),
        CreateStatus(),
        CreatePin(),
        CreateRestore(),
    };

    private static Command CreateRun()
    {
        AuthorityOptionSet authority = new();
        Option<ListenAddress> listen = new("--listen")
        {
            Description = "Where it serves HTTPS, such as 0.0.0.0:7443.",
            HelpName = "ADDR",
            Required = true,
            CustomParser = static result =>
            {
                string text = result.Tokens[0].Value;
                if (ListenText.TryParse(text, Directory.GetCurrentDirectory(), out ListenAddress? read, out string allowed)
                    && read.EndPoints.All(static endPoint => endPoint is IPEndPoint))
                {
                    return read;
                }

                result.AddError($"'{text}': {(allowed.Length > 0 ? allowed : "the authority listens at an IP address and a port")}.");
                return null;
            },
        };
        Option<HostName[]> hosts = HostOption.Create("Names and addresses under which nodes reach it; may be repeated.");
        Command command = new("run", "Serve until SIGTERM or SIGINT. Makes root and issuers at the first start.") { listen, hosts };
        authority.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using NodeLogging logging = NodeLogging.Create(new ConfigurationBuilder().Build());

            // Never disposed: a signal that is repeated while the process ends would end it otherwise, with another exit code.
            NodeSignals signals = new(logging.Factory);
            AuthorityOptions options = new(
                authority.DirectoryOf(parsed),
                [.. parsed.GetRequiredValue(listen).EndPoints.Cast<IPEndPoint>()],
                parsed.GetRequiredValue(hosts));
            int exit = (int)await new AuthorityProcess(parsed.InvocationConfiguration.Error, logging.Factory, TimeProvider.System)
                .RunAsync(options, signals.Stop);
            GC.KeepAlive(signals);
            return exit;
        });
        return command;
    }

    private static Command CreateStatus()
    {
        Command command = new("status", "Epoch, revision and pin, and until when root and issuers are valid.");
        new AuthorityOptionSet().Present(command, AdministrationRoutes.Self, AdministrationJson.Default.SelfReport, AuthorityText.Of);
        return command;
    }

    private static Command CreatePin()
    {
        Command command = new("pin", "Print the CaPin: the SHA-256 of the root's public key, by which nodes know the authority.");
        new AuthorityOptionSet().Act(
            command,
            AdministrationJson.Default.SelfReport,
            static self => self.CaPin,
            static (authority, _, cancellation) => authority.AskAsync(HttpMethod.Get, AdministrationRoutes.Self, AdministrationJson.Default.SelfReport, cancellation));
        return command;
    }

    private static Command CreateRestore()
    {
        Option<bool> epoch = new("--new-epoch")
        {
            Description = "Begin a new epoch, so that nodes accept a registry that is older than the one they have.",
            Required = true,
        };
        Command command = new("restore", "Say that the authority was restored from a backup on purpose.") { epoch };
        command.Validators.Add(result =>
        {
            if (!result.GetValue(epoch))
            {
                result.AddError("restore needs --new-epoch.");
            }
        });
        new AuthorityOptionSet().Act(command, static (authority, _, cancellation) =>
            authority.AskAsync(HttpMethod.Post, AdministrationRoutes.Epoch, AdministrationJson.Default.DoneReport, cancellation));
        return command;
    }
}
