using System.CommandLine;
using System.CommandLine.Parsing;
using KestrelL4.Cli.Control;
using KestrelL4.Protocol;

namespace KestrelL4.Cli.Verbs;

/// <summary>The options that name an authority on another machine, and as whom it is asked.</summary>
internal sealed class RemoteOptions
{
    private readonly Option<AuthorityServerAddress?> _server = new("--server")
    {
        Description = "The authority on another machine, in place of --directory.",
        HelpName = "HOST:PORT",
        CustomParser = static result => Parse<AuthorityServerAddress>(result, AuthorityServerAddress.TryParse, AuthorityServerAddress.Rule),
    };

    private readonly Option<string?> _certificate = new("--certificate") { Description = "With --server: an administrator's certificate.", HelpName = "F" };
    private readonly Option<string?> _key = new("--key") { Description = "With --server: its key.", HelpName = "F" };
    private readonly Option<string?> _ca = new("--ca") { Description = "With --server: the authority's root, ca.crt of its directory.", HelpName = "F" };

    private readonly Option<CaPin?> _pin = new("--ca-pin")
    {
        Description = "With --server, in place of --ca: the root's pin, as 'authority pin' prints it.",
        HelpName = "PIN",
        CustomParser = static result => Parse<CaPin>(result, CaPin.TryParse, "a pin is 64 hexadecimal digits"),
    };

    private delegate bool Reader<T>(string text, out T? value);

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="directory">The option that they stand in place of.</param>
    public void AddTo(Command command, Option directory)
    {
        Option[] others = [_certificate, _key, _ca, _pin];
        foreach (Option option in (Option[])[_server, .. others])
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            bool Has(Option option) => result.GetResult(option) is { Implicit: false };
            string? problem = Has(_server)
                ? Has(directory) ? "--server goes in place of --directory: leave one of them out"
                    : !Has(_certificate) || !Has(_key) ? "--server needs --certificate and --key of an administrator"
                    : Has(_ca) == Has(_pin) ? "--server needs --ca or --ca-pin, one of them, to know the authority by"
                    : null
                : others.Any(Has) ? "--certificate, --key, --ca and --ca-pin go with --server"
                : null;
            if (problem is not null)
            {
                result.AddError($"{problem}.");
            }
        });
    }

    /// <summary>What the user said; null when he named no server.</summary>
    public RemoteAuthority? Of(ParseResult parsed) => parsed.GetValue(_server) is { } server
        ? new RemoteAuthority(server, parsed.GetValue(_certificate)!, parsed.GetValue(_key)!, parsed.GetValue(_ca), parsed.GetValue(_pin))
        : null;

    private static T? Parse<T>(ArgumentResult result, Reader<T> read, string rule)
        where T : class
    {
        string text = result.Tokens[0].Value;
        if (read(text, out T? value))
        {
            return value;
        }

        result.AddError($"{text}: {rule}.");
        return null;
    }
}
