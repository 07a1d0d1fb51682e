using System.Text.RegularExpressions;
using KestrelL4.FunctionalTests.Deployment;

namespace KestrelL4.FunctionalTests.Telemetry;

/// <summary>What <c>docs/metrics.md</c> says that a node exposes.</summary>
/// <param name="Name">A metric's name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="IsAlwaysThere">Whether every node has it: the text tells of no node without it.</param>
internal sealed partial record MetricReference(string Name, string Type, IReadOnlySet<string> Labels, bool IsAlwaysThere)
{
    /// <summary>The rows of all its tables, by name.</summary>
    public static IReadOnlyDictionary<string, MetricReference> All { get; } =
        File.ReadLines(DeploymentFiles.PathOf("../docs/metrics.md"))
            .Select(static line => Row().Match(line))
            .Where(static row => row.Success)
            .Select(static row => new MetricReference(
                row.Groups["name"].Value,
                row.Groups["type"].Value,
                Quoted().Matches(row.Groups["labels"].Value).Select(static label => label.Groups[1].Value).ToHashSet(),
                !row.Groups["meaning"].Value.Contains("no series", StringComparison.Ordinal)))
            .ToDictionary(static row => row.Name);

    [GeneratedRegex(@"^\| `(?<name>kestrell4_\w+)` \| (?<type>\w+) \|(?<labels>[^|]*)\| (?<meaning>.*) \|$")]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex Quoted();
}
