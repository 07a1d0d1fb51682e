using System.Text.RegularExpressions;
using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Authority.Administration;

/// <summary>The names of applications in grants; whether a node serves one, only the node knows.</summary>
internal static partial class ApplicationName
{
    /// <summary>What is allowed, as an operator reads it.</summary>
    public const string Rule = "an application's name has 1 to 63 of a-z, 0-9 and -, and neither begins nor ends with -; * alone grants all";

    /// <summary>The most that a client may be granted by name. 1,000.</summary>
    public const int Most = 1_000;

    /// <summary>The names in lower case, each once; null when one of them is none, or * stands beside others.</summary>
    public static IReadOnlyList<string>? ReadAll(IReadOnlyList<string> texts)
    {
        string[] names = [.. texts.Select(static text => text.Trim().ToLowerInvariant()).Distinct()];
        return names is [RegisteredClient.AllApplications] || (names.Length <= Most && names.All(static name => Form().IsMatch(name))) ? names : null;
    }

    [GeneratedRegex(@"\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z")]
    private static partial Regex Form();
}
