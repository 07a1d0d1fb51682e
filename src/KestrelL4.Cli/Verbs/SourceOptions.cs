using System.CommandLine;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Cli.Verbs;

/// <summary>The options that say where the configuration is.</summary>
internal sealed class SourceOptions
{
    private readonly Option<string[]> _files = new("--config")
    {
        Description = "A configuration file; may be repeated, later wins. Without it ./appsettings.json is read, if it exists.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _secrets = new("--secrets-directory")
    {
        Description = "A directory with one file per key, the levels of the key parted by __ in the file's name.",
        HelpName = "DIR",
    };

    private readonly Option<string[]> _settings = new("--set")
    {
        Description = "One value, such as KestrelL4:Drain:Timeout=10s; may be repeated, and wins over every other source.",
        HelpName = "KEY=VALUE",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_files);
        command.Add(_secrets);
        command.Add(_settings);
    }

    /// <summary>What the user said.</summary>
    public ConfigurationSources Of(ParseResult parsed) =>
        new(parsed.GetValue(_files) ?? [], parsed.GetValue(_secrets), parsed.GetValue(_settings) ?? []);
}
