using Xunit;

namespace KestrelL4.Testing;

/// <summary>A test that drives programs of the machine; it is skipped, with the reason, where one is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresToolFactAttribute : FactAttribute
{
    /// <summary>Names the programs, as they are found in the search path.</summary>
    public RequiresToolFactAttribute(params string[] tools) => Skip = SearchPath.FindLack(tools);
}

/// <summary>A theory that drives programs of the machine; it is skipped, with the reason, where one is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresToolTheoryAttribute : TheoryAttribute
{
    /// <summary>Names the programs, as they are found in the search path.</summary>
    public RequiresToolTheoryAttribute(params string[] tools) => Skip = SearchPath.FindLack(tools);
}

/// <summary>Where the machine keeps its programs.</summary>
internal static class SearchPath
{
    // Debian keeps servers where only root looks.
    private static readonly string[] Directories =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/sbin", "/sbin"];

    /// <summary>The sentence that names what is missing, or null when all are there.</summary>
    public static string? FindLack(string[] tools)
    {
        string[] missing = [.. tools.Where(static tool => !Directories.Any(directory => File.Exists(Path.Combine(directory, tool))))];
        return missing.Length == 0 ? null : $"not installed: {string.Join(", ", missing)}";
    }
}
