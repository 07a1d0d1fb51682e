using System.CommandLine;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Cli.Verbs;

/// <summary>An option whose value is a duration, as in the configuration.</summary>
internal static class DurationOption
{
    /// <summary>The option; null when it is not given.</summary>
    public static Option<TimeSpan?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = static result =>
        {
            if (Duration.TryParse(result.Tokens[0].Value, out TimeSpan value, out string allowed))
            {
                return value;
            }

            result.AddError($"'{result.Tokens[0].Value}' is no duration; {allowed}.");
            return null;
        },
    };
}
