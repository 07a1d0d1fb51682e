using Microsoft.Extensions.Configuration;

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
}
