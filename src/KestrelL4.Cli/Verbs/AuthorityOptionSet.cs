using System.CommandLine;
using KestrelL4.Authority;
using KestrelL4.Cli.Control;
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

    /// <summary>A command that asks the authority and prints what it gives; 1 when it refuses.</summary>
    public void Act(Command command, Func<AuthorityConnection, ParseResult, CancellationToken, Task<string>> ask)
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
                parsed.InvocationConfiguration.Output.WriteLine((await ask(authority, parsed, cancellation)).TrimEnd('\n'));
                return ExitCode.Done;
            }
            catch (AuthorityRefusedException exception)
            {
                parsed.InvocationConfiguration.Error.WriteLine(
                    $"{CommandLine.PathOf(parsed)}: {Printable.Whole(exception.Message.TrimEnd('.'))}.");
                return ExitCode.No;
            }
        });
    }
}
