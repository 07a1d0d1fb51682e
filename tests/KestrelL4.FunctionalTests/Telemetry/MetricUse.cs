using System.Text.RegularExpressions;

namespace KestrelL4.FunctionalTests.Telemetry;

/// <summary>The metrics, labels and values that expressions of Prometheus name.</summary>
internal sealed partial class MetricUse(string expressions)
{
    /// <summary>Every metric with the labels that it is selected by, and the values that these are compared with.</summary>
    public IEnumerable<(string Metric, string Label, string[] Values)> Selections =>
        from Match selector in Selector().Matches(expressions)
        from Match matcher in Matcher().Matches(selector.Groups["matchers"].Value)
        select (BaseName(selector.Groups["name"].Value), matcher.Groups["label"].Value, matcher.Groups["values"].Value.Split('|'));

    /// <summary>Every metric.</summary>
    public IEnumerable<string> Metrics => Name().Matches(expressions).Select(static match => BaseName(match.Value)).Distinct();

    /// <summary>Every label that series are summed, matched or told by.</summary>
    public IEnumerable<string> Labels =>
        Grouping().Matches(expressions).SelectMany(static match => match.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries))
            .Concat(Told().Matches(expressions).Select(static match => match.Groups["label"].Value))
            .Distinct();

    /// <summary>A histogram's name without what its samples add to it.</summary>
    public static string BaseName(string sample) => HistogramSuffix().Replace(sample, "");

    [GeneratedRegex(@"(?<name>[a-z][a-z0-9_]*)\{(?<matchers>[^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"(?<label>\w+)\s*(=~|!~|!=|=)\s*""(?<values>[^""]*)""")]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\b(kestrell4|process|dotnet)_[a-z0-9_]+\b")]
    private static partial Regex Name();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\((?<labels>[^)]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\{\{\s*(\$labels\.)?(?<label>[a-z]\w*)\s*\}\}")]
    private static partial Regex Told();

    [GeneratedRegex("(?<=_seconds)_(bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();
}
