using KestrelL4.Server.Configuration.Loading;
using KestrelL4.Server.Configuration.Sections;

namespace KestrelL4.Server.Configuration;

/// <summary>Reads and checks the whole configuration; the only door to it.</summary>
internal static class ConfigurationReader
{
    /// <summary>Reads the sources as their own surroundings show them.</summary>
    public static ConfigurationReading Read(ConfigurationSources sources) => Read(sources, sources.Surroundings);

    /// <summary>Reads the sources in the surroundings given.</summary>
    public static ConfigurationReading Read(ConfigurationSources sources, Surroundings surroundings)
    {
        LoadedSources loaded = LoadedSources.Load(sources, surroundings);
        ConfigurationTree tree = ConfigurationTree.Merge(loaded.Sources);
        var errors = new ConfigurationErrors { IsComplete = loaded.Malformed.Count == 0 && loaded.Unreadable.Count == 0 };
        foreach (ConfigurationError error in loaded.Malformed)
        {
            errors.Add(error);
        }

        if (LoggingSection.Problem(loaded.Sources) is { } problem)
        {
            errors.Add(problem);
        }

        NodeConfiguration configuration = NodeReader.Read(
            SectionReader.Of(tree.Root, errors),
            DefaultStateDirectory(loaded, surroundings));
        IReadOnlyList<ConfigurationError> all = errors.ToList();
        return new ConfigurationReading
        {
            Configuration = all.Count == 0 && loaded.Unreadable.Count == 0 ? configuration : null,
            Understood = configuration,
            Errors = all,
            Unreadable = loaded.Unreadable,
            Logging = LoggingSection.Of(loaded.Sources),
            Tree = tree,
        };
    }

    private static string DefaultStateDirectory(LoadedSources loaded, Surroundings surroundings)
    {
        // systemd lists several directories with colons between them; the first is the main one.
        string? given = surroundings.Environment.GetValueOrDefault("STATE_DIRECTORY")?.Split(':')[0];
        return string.IsNullOrEmpty(given)
            ? Path.Combine(loaded.FirstFileDirectory ?? surroundings.WorkingDirectory, "state")
            : Path.GetFullPath(given, surroundings.WorkingDirectory);
    }
}
