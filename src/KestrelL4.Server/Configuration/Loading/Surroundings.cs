using System.Collections;

namespace KestrelL4.Server.Configuration.Loading;

/// <summary>What a process finds around itself.</summary>
/// <param name="WorkingDirectory">The directory that relative paths of the command line and the environment start from.</param>
/// <param name="Environment">The environment variables.</param>
internal sealed record Surroundings(string WorkingDirectory, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The surroundings of this process.</summary>
    public static Surroundings OfProcess()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return new Surroundings(Directory.GetCurrentDirectory(), variables);
    }
}
