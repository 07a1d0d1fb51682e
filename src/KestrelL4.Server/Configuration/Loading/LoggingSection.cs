using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Configuration.Loading;

/// <summary>The section <c>Logging</c>, which .NET's own loggers read.</summary>
internal static class LoggingSection
{
    /// <summary>The section's key.</summary>
    public const string Key = "Logging";

    /// <summary>Merges the section of all sources; later wins.</summary>
    public static IConfiguration Of(IReadOnlyList<ConfigurationSource> sources)
    {
        var merged = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach ((string key, string? value) in sources.SelectMany(source => source.Entries))
        {
            if (SectionKeys.IsIn(key, Key))
            {
                merged[key] = value;
            }
        }

        return new ConfigurationBuilder().AddInMemoryCollection(merged).Build().GetSection(Key);
    }

    /// <summary>Has loggers made as the section says; what they do not take would fail in the midst of a start or of a reload. Null = they take it.</summary>
    public static ConfigurationError? Problem(IReadOnlyList<ConfigurationSource> sources)
    {
        try
        {
            IConfiguration section = Of(sources);
            using ILoggerFactory trial = LoggerFactory.Create(builder => builder.AddConfiguration(section).AddConsole());
            return null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            ConfigurationSource[] named = [.. sources.Where(static source => source.Entries.Keys.Any(static key => SectionKeys.IsIn(key, Key)))];
            string problem = Array.Exists(named, static source => source.IsSecret) ? "a value cannot be used" : exception.Message.TrimEnd('.');
            return new ConfigurationError(
                Key, string.Join(" and ", named.Select(static source => source.Name)), problem, "write it as .NET's console logger reads it");
        }
    }
}
