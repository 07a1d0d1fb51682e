using KestrelL4.Server.Configuration.Values;
using KestrelL4.Server.Runtime;

namespace KestrelL4.Server.Configuration.Loading;

/// <summary>All sources, each loaded by itself, and those that could not be.</summary>
internal sealed class LoadedSources
{
    private const string DefaultFile = "appsettings.json";
    private readonly List<ConfigurationSource> _sources = [];
    private readonly List<ConfigurationError> _malformed = [];
    private readonly List<ConfigurationError> _unreadable = [];

    private LoadedSources()
    {
    }

    /// <summary>The sources that could be loaded, by precedence: later wins.</summary>
    public IReadOnlyList<ConfigurationSource> Sources => _sources;

    /// <summary>Those that were read but make no sense.</summary>
    public IReadOnlyList<ConfigurationError> Malformed => _malformed;

    /// <summary>Those that do not exist or cannot be read.</summary>
    public IReadOnlyList<ConfigurationError> Unreadable => _unreadable;

    /// <summary>The absolute directory of the first file; null without a file.</summary>
    public string? FirstFileDirectory { get; private set; }

    /// <summary>Loads every source that can be loaded.</summary>
    public static LoadedSources Load(ConfigurationSources sources, Surroundings surroundings)
    {
        var loaded = new LoadedSources();
        foreach (string file in FilesOf(sources, surroundings))
        {
            string path = Path.GetFullPath(file, surroundings.WorkingDirectory);
            string directory = Path.GetDirectoryName(path) ?? path;
            loaded.FirstFileDirectory ??= directory;
            loaded.Add(file, () => new ConfigurationSource(file, directory, Read(path, sources)));
        }

        sources.Piped.EndFirstReading();
        if (sources.SecretsDirectory is { } secrets)
        {
            string directory = Path.GetFullPath(secrets, surroundings.WorkingDirectory);
            loaded.Add(secrets, () => new ConfigurationSource(secrets, directory, SecretsDirectory.Read(directory)) { IsSecret = true });
        }

        loaded._sources.Add(new ConfigurationSource(
            "environment", surroundings.WorkingDirectory, EnvironmentEntries.Read(surroundings.Environment)));
        loaded.AddSettings(sources.Settings, surroundings.WorkingDirectory);
        return loaded;
    }

    /// <summary>The files whose content makes the configuration, as the operator named them; also one that would be read if it were there.</summary>
    public static IReadOnlyList<string> FilesWatched(ConfigurationSources sources) => sources.Files.Count == 0 ? [DefaultFile] : sources.Files;

    private static IReadOnlyList<string> FilesOf(ConfigurationSources sources, Surroundings surroundings)
    {
        bool useDefault = sources.Files.Count == 0 && File.Exists(Path.Combine(surroundings.WorkingDirectory, DefaultFile));
        return useDefault ? [DefaultFile] : sources.Files;
    }

    private static IReadOnlyDictionary<string, string?> Read(string path, ConfigurationSources sources) =>
        FileFacts.Of(path) is { IsRegular: false } && !Directory.Exists(path) ? sources.Piped.Read(path) : JsonFile.Read(path);

    private void Add(string name, Func<ConfigurationSource> load)
    {
        try
        {
            _sources.Add(load());
        }
        catch (FormatException exception)
        {
            string problem = Printable.Line(exception.Message.TrimEnd('.'));
            _malformed.Add(new ConfigurationError(ConfigurationTree.RootKey, name, problem, "correct it"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _unreadable.Add(new ConfigurationError(
                ConfigurationTree.RootKey, name, $"cannot be read: {exception.Message.TrimEnd('.')}", "name what exists and is readable"));
        }
    }

    private void AddSettings(IReadOnlyList<string> settings, string directory)
    {
        var entries = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (string setting in settings)
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? setting : setting[..equals];
            if (equals < 0 || !SectionKeys.IsOurs(key))
            {
                _malformed.Add(new ConfigurationError(
                    key, "--set", "is not a setting", "write KestrelL4:Key:Sub=value or Logging:Key:Sub=value"));
                continue;
            }

            entries[key] = setting[(equals + 1)..];
        }

        _sources.Add(new ConfigurationSource("--set", directory, entries));
    }
}
