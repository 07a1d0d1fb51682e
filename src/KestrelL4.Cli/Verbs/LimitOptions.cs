using System.CommandLine;
using KestrelL4.Authority.Administration;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Cli.Verbs;

/// <summary>The options that say a client's limit, which is replaced whole.</summary>
internal sealed class LimitOptions
{
    private readonly Option<string?> _application = new("--for")
    {
        Description = "The application whose grant's limit is meant; without it the client's own, over all applications.",
        HelpName = "APP",
    };

    private readonly Option<int?> _connections = new("--max-concurrent-connections") { Description = "Connections at the same time.", HelpName = "N" };
    private readonly Option<int?> _perWindow = new("--connections-per-window") { Description = "Connections in one window.", HelpName = "N" };
    private readonly Option<TimeSpan?> _window = DurationOption.Create("--window", "The length of the window; default 1s.");
    private readonly Option<long?> _bytes = new("--bytes-per-second") { Description = "Bytes a second in each direction.", HelpName = "N" };
    private readonly Option<TimeSpan?> _wait = DurationOption.Create("--wait-up-to", "How long a connection waits for a place; default 0s.");
    private readonly Option<bool> _none = new("--no-limit") { Description = "Take the limit away." };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_application, _connections, _perWindow, _window, _bytes, _wait, _none])
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            bool hasNumbers = ((Option[])[_connections, _perWindow, _window, _bytes, _wait]).Any(option => result.GetResult(option) is not null);
            if (hasNumbers && result.GetValue(_none))
            {
                result.AddError("--no-limit takes the limit away, so it has no numbers.");
            }
            else if (!hasNumbers && !result.GetValue(_none) && result.GetResult(_application) is not null)
            {
                result.AddError("--for goes with the numbers of a limit, or with --no-limit.");
            }
        });
    }

    /// <summary>What the user said; null when he said nothing of limits.</summary>
    public LimitChange? Of(ParseResult parsed)
    {
        RegisteredLimit limit = new()
        {
            MaxConcurrentConnections = parsed.GetValue(_connections),
            ConnectionsPerWindow = parsed.GetValue(_perWindow),
            Window = parsed.GetValue(_window),
            BytesPerSecond = parsed.GetValue(_bytes),
            WaitUpTo = parsed.GetValue(_wait),
        };
        return parsed.GetValue(_none) ? new LimitChange(parsed.GetValue(_application), null)
            : limit == new RegisteredLimit() ? null
            : new LimitChange(parsed.GetValue(_application), limit);
    }
}
