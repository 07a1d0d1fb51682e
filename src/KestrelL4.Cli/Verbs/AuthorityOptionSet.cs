using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KestrelL4.Authority;
using KestrelL4.Authority.Administration;
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

    /// <summary>A command that has the authority do something, and prints what it says; 1 when it refuses.</summary>
    public void Act(Command command, Func<AuthorityConnection, ParseResult, CancellationToken, Task<DoneReport>> ask) =>
        Act(command, AdministrationJson.Default.DoneReport, static done => done.Text, ask);

    /// <summary>A command that has the authority do something, and prints what comes of it in words or as JSON; 1 when it refuses.</summary>
    public void Act<T>(
        Command command, JsonTypeInfo<T> type, Func<T, string> words, Func<AuthorityConnection, ParseResult, CancellationToken, Task<T>> ask)
    {
        Option<bool> json = JsonOption.Create();
        ActCore(command, json, async (authority, parsed, cancellation) =>
        {
            T answer = await ask(authority, parsed, cancellation);
            if (parsed.GetValue(json))
            {
                Show.Json(parsed, JsonSerializer.Serialize(answer, type));
                return;
            }

            foreach (string line in words(answer).TrimEnd('\n').Split('\n'))
            {
                parsed.InvocationConfiguration.Output.WriteLine(Printable.Whole(line));
            }
        });
    }

    /// <summary>A command that gets something from the authority and shows it, or prints it as JSON; 1 when it refuses.</summary>
    public void Present<T>(Command command, string route, JsonTypeInfo<T> type, Func<T, Report> render)
    {
        Option<bool> json = JsonOption.Create();
        ActCore(command, json, async (authority, parsed, cancellation) =>
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

    private void ActCore(Command command, Option<bool> json, Func<AuthorityConnection, ParseResult, CancellationToken, Task> act)
    {
        command.Add(json);
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
                string refusal = $"{exception.Message.TrimEnd('.')}.";
                return parsed.GetValue(json) ? Outcome.RefuseAsJson(parsed, [refusal]) : Outcome.Refuse(parsed, refusal);
            }
        });
    }
}
