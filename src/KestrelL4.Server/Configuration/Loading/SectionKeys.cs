using Microsoft.Extensions.Configuration;

namespace KestrelL4.Server.Configuration.Loading;

/// <summary>Which keys of a source concern the node: those in <c>KestrelL4</c> and in <c>Logging</c>.</summary>
internal static class SectionKeys
{
    /// <summary>Whether the key is in one of the node's two sections.</summary>
    public static bool IsOurs(string key) => IsIn(key, ConfigurationTree.RootKey) || IsIn(key, LoggingSection.Key);

    /// <summary>Whether the key is the section itself or in it; case does not matter.</summary>
    public static bool IsIn(string key, string section) =>
        key.StartsWith(section, StringComparison.OrdinalIgnoreCase)
        && (key.Length == section.Length || key[section.Length] == ConfigurationPath.KeyDelimiter[0]);

    /// <summary>The key that a file name or a variable means: two underlines stand for a colon.</summary>
    public static string FromUnderlines(string name) => name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);
}
