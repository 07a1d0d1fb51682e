using System.CommandLine;
using System.Net;
using KestrelL4.Authority.Pki;
using KestrelL4.Cli.Connecting;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Ports;

namespace KestrelL4.Cli.Verbs;

/// <summary><c>connect</c>: the client side, so that programs without TLS or certificates reach an application.</summary>
internal static class ConnectVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Option<ServerAddress> server = new("--server")
        {
            Description = "The application's port at a node.",
            HelpName = "HOST:PORT",
            Required = true,
            CustomParser = static result =>
            {
                if (!ServerAddress.TryParse(result.Tokens[0].Value, out ServerAddress? read))
                {
                    result.AddError($"'{result.Tokens[0].Value}': {ServerAddress.Rule}.");
                }

                return read;
            },
        };
        Option<ListenAddress?> listen = new("--listen")
        {
            Description = "Where plain connections are taken: 127.0.0.1:PORT, localhost:PORT or unix:/PATH. Without it, standard input and output are the connection.",
            HelpName = "ADDR",
            CustomParser = static result =>
            {
                string text = result.Tokens[0].Value;
                if (ListenText.TryParse(text, Directory.GetCurrentDirectory(), out ListenAddress? read, out string allowed) && read.PassedName is null)
                {
                    return read with { SocketMode = ListenAddress.OwnerOnly };
                }

                result.AddError($"'{text}': {(allowed.Length > 0 ? allowed : "write 127.0.0.1:PORT, localhost:PORT or unix:/PATH")}.");
                return null;
            },
        };
        Option<string> certificate = FileOption("--certificate", "The client's certificate in PEM, its issuers behind it; read anew for each connection.");
        Option<string> key = FileOption("--key", "Its key in PEM.");
        Option<string> ca = FileOption("--ca", "The certificates that the server's must lead to, in PEM.");
        Option<HostName?> name = new("--server-name")
        {
            Description = "The name that the server's certificate must bear; without it the host of --server.",
            HelpName = "NAME",
            CustomParser = static result =>
            {
                if (!HostName.TryParse(result.Tokens[0].Value, out HostName? read))
                {
                    result.AddError($"{result.Tokens[0].Value}: {HostName.Rule}.");
                }

                return read;
            },
        };
        Command command = new("connect", "The client side: from a plain local port, or standard input and output, to an application by mutual TLS.")
        {
            server, listen, certificate, key, ca, name,
        };
        command.SetAction(async (parsed, _) =>
        {
            ClientFileNames names = new(parsed.GetRequiredValue(certificate), parsed.GetRequiredValue(key), parsed.GetRequiredValue(ca));
            ClientFilesInForce files = new(names, parsed.GetValue(name)?.Text);
            try
            {
                files.Read();
                ServerAddress to = parsed.GetRequiredValue(server);
                return parsed.GetValue(listen) is { } address ? await ServeAsync(parsed, to, files, address) : await CarryAsync(parsed, to, files);
            }
            catch (Exception exception) when (exception is ClientFilesException or BindException)
            {
                return Outcome.Refuse(parsed, $"{exception.Message}.");
            }
        });
        return command;
    }

    private static Option<string> FileOption(string name, string description) => new(name) { Description = description, HelpName = "F", Required = true };

    private static async Task<int> CarryAsync(ParseResult parsed, ServerAddress server, ClientFilesInForce files)
    {
        StandardStreams near = new(
            Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.IsInputRedirected ? InputUse.ToItsEnd : InputUse.UntilServerEnds);
        ServerConnectionEnd end = await new ServerConnection(server, files.Read()).RunAsync(near, peer: null);
        if (end.Problem is not null)
        {
            Outcome.Refuse(parsed, $"{end.Problem}.");
        }

        return end.ExitCode;
    }

    private static async Task<int> ServeAsync(ParseResult parsed, ServerAddress server, ClientFilesInForce files, ListenAddress listen)
    {
        LastTold told = new(text => Outcome.Refuse(parsed, $"{text}."), TimeProvider.System);
        var bound = BoundAddress.Bind("--listen", listen);
        if (listen.EndPoints.Any(static endPoint => endPoint is IPEndPoint ip && !IPAddress.IsLoopback(ip.Address)))
        {
            told.Tell($"{bound.Text} can be reached from other machines, and whoever does is '{files.Subject}' to {server}");
        }

        using StopSignals signals = new();
        parsed.InvocationConfiguration.Output.WriteLine(Printable.Whole(
            $"Listening on {bound.Text} for {server}, as '{files.Subject}' with certificate {files.SerialNumber}."));
        await new LocalPort(server, files, told.Tell, TimeProvider.System).ServeAsync(bound, Patience, (signals.First, signals.Second));
        return ExitCode.Done;
    }
}
