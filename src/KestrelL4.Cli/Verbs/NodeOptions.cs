using System.CommandLine;
using KestrelL4.Cli.Control;
using KestrelL4.Server;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Loading;

namespace KestrelL4.Cli.Verbs;

/// <summary>The options that say which running node is meant.</summary>
internal sealed class NodeOptions
{
    private const string StateDirectoryKey = ConfigurationTree.RootKey + ":StateDirectory";

    private readonly SourceOptions _sources = new();

    private readonly Option<string?> _socket = new("--socket")
    {
        Description = "The node's admin socket; without it admin.sock in the state directory of the configuration, which need not be valid.",
        HelpName = "PATH",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_socket);
        _sources.AddTo(command);
    }

    /// <summary>The socket of the node that the user means.</summary>
    /// <exception cref="NodeUnreachableException">The configuration does not tell.</exception>
    public AdminSocket Open(ParseResult parsed) =>
        new(Path.GetFullPath(parsed.GetValue(_socket) ?? StateDirectory.AdminSocketOf(StateDirectoryOf(_sources.Of(parsed)))));

    private static string StateDirectoryOf(ConfigurationSources sources)
    {
        ConfigurationReading reading = ConfigurationReader.Read(sources);

        // An error of the whole configuration is a file that could not be understood, and the key may stand there.
        ConfigurationError? hidden = reading.Unreadable.Concat(reading.Errors)
            .FirstOrDefault(static error => error.KeyPath is ConfigurationTree.RootKey or StateDirectoryKey);
        return hidden is null
            ? reading.Understood.StateDirectory
            : throw new NodeUnreachableException($"the state directory is not known: {hidden}; or name the node's socket with --socket");
    }
}
