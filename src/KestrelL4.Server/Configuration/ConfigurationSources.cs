using KestrelL4.Server.Configuration.Loading;

namespace KestrelL4.Server.Configuration;

/// <summary>Where the operator said the configuration is, in the order of precedence: later wins.</summary>
/// <param name="Files">The files of <c>--config</c>; empty = <c>appsettings.json</c> in the working directory, if it exists.</param>
/// <param name="SecretsDirectory">The directory of <c>--secrets-directory</c>, one file a key; null = none.</param>
/// <param name="Settings">The texts of <c>--set</c>, such as <c>KestrelL4:Key:Sub=value</c>.</param>
internal sealed record ConfigurationSources(IReadOnlyList<string> Files, string? SecretsDirectory, IReadOnlyList<string> Settings)
{
    /// <summary>What came in through pipes, by path: it cannot be read a second time.</summary>
    public PipedFiles Piped { get; } = new();

    /// <summary>The working directory and the environment. Default: this process's, at the moment of reading.</summary>
    public Surroundings Surroundings
    {
        get => field ?? Surroundings.OfProcess();
        init;
    }
}
