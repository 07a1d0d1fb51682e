using System.CommandLine;
using System.Text.Json.Serialization.Metadata;
using KestrelL4.Authority;
using KestrelL4.Cli.Control;
using KestrelL4.Cli.Display;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Cli.Verbs;

/// <summary>The options that say which authority is meant, and how its verbs end.</summary>
internal sealed class AuthorityOptionSet
{
    private readonly Option<string> _directory = new("--directory")
    {
        Description = "The authority's directory; its admin socket is there.",
        HelpName = "DIR",
        DefaultValueFactory = static _ => "authority",
    };

    private readonly RemoteOptions _remote = new();

    /// <summary>The absolute path of the directory.</summary>
    public string DirectoryOf(ParseResult parsed) => Path.GetFullPath(parsed.GetRequiredValue(_directory));

    /// <summary>Adds the directory alone to a command.</summary>
    public void AddTo(Command command) => command.Add(_directory);

    /// <summary>A command that asks the authority and prints the lines that it gives; 1 when it refuses.</summary>
    public void Act(Command command, Func<AuthorityConnection, ParseResult, CancellationToken, Task<string>> ask) =>
        ActCore(command, async (authority, parsed, cancellation) =>
        {
            foreach (string line in (await ask(authority, parsed, cancellation)).TrimEnd('\n').Split('\n'))
            {
                parsed.InvocationConfiguration.Output.WriteLine(Printable.Whole(line));
            }
        });

    /// <summary>A command that gets something from the authority and shows it, or prints it as JSON; 1 when it refuses.</summary>
    public void Present<T>(Command command, string route, JsonTypeInfo<T> type, Func<T, Report> render)
    {
        Option<bool> json = JsonOption.Create();
        command.Add(json);
        ActCore(command, async (authority, parsed, cancellation) =>
        {
            if (parsed.GetValue(json))
            {
                Show.Json(parsed, await authority.GetTextAsync(route, cancellation));
            }
            else
            {
                Show.Report(parsed, render(await authority.AskAsync(HttpMethod.Get, route, type, cancellation)));
            }
        });
    }

    private void ActCore(Command command, Func<AuthorityConnection, ParseResult, CancellationToken, Task> act)
    {
        AddTo(command);
        _remote.AddTo(command, _directory);
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                using AuthorityConnection authority = _remote.Of(parsed) is { } remote
                    ? await remote.OpenAsync(cancellation)
                    : AuthorityConnection.OverSocket(AuthorityDirectory.AdminSocketOf(DirectoryOf(parsed)));
                await act(authority, parsed, cancellation);
                return ExitCode.Done;
            }
            catch (AuthorityRefusedException exception)
            {
                return Outcome.Refuse(parsed, $"{exception.Message.TrimEnd('.')}.");
            }
        });
    }
}
