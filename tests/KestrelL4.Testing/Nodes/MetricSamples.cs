using System.Globalization;
using System.Text.RegularExpressions;

namespace KestrelL4.Testing.Nodes;

/// <summary>One reading of a node's metrics, parsed from the Prometheus text format.</summary>
public sealed partial class MetricSamples
{
    private readonly List<Sample> _samples = [];

    private MetricSamples(string text) => Text = text;

    /// <summary>The text as the node gave it.</summary>
    public string Text { get; }

    /// <summary>The names of all samples.</summary>
    public IEnumerable<string> Names => _samples.Select(sample => sample.Name).Distinct();

    /// <summary>The labels of every sample of that name.</summary>
    public IEnumerable<IReadOnlyDictionary<string, string>> LabelsOf(string name) =>
        _samples.Where(sample => sample.Name == name).Select(sample => sample.Labels);

    /// <summary>Parses an exposition; a line that is neither comment nor sample is an error.</summary>
    public static MetricSamples Parse(string text)
    {
        MetricSamples samples = new(text);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!line.StartsWith('#'))
            {
                samples._samples.Add(ParseLine(line));
            }
        }

        return samples;
    }

    /// <summary>The sum of all samples of that name that carry all these labels; 0 where there is none.</summary>
    public double Sum(string name, params (string Name, string Value)[] labels)
        => _samples.Where(sample => sample.Name == name && labels.All(sample.Has)).Sum(sample => sample.Value);

    /// <summary>All samples of that name as <c>label=value: number</c>, those of number 0 left out: for a message that tells why.</summary>
    public string Describe(string name, string label) => string.Join(
        ", ",
        _samples.Where(sample => sample.Name == name && sample.Value != 0)
            .Select(sample => $"{label}={sample.Labels.GetValueOrDefault(label, "")}: {sample.Value.ToString(CultureInfo.InvariantCulture)}"));

    private static Sample ParseLine(string line)
    {
        Match match = SampleLine().Match(line);
        if (!match.Success)
        {
            throw new FormatException($"This is no line of the Prometheus text format: {line}");
        }

        Dictionary<string, string> labels = [];
        foreach (Match label in Label().Matches(match.Groups["labels"].Value))
        {
            labels.Add(label.Groups["name"].Value, label.Groups["value"].Value);
        }

        return new Sample(match.Groups["name"].Value, labels, ParseValue(match.Groups["value"].Value));
    }

    private static double ParseValue(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>\S+)( \d+)?$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>(\\.|[^"\\])*)"(,|$)""")]
    private static partial Regex Label();

    private sealed record Sample(string Name, Dictionary<string, string> Labels, double Value)
    {
        public bool Has((string Name, string Value) label) => Labels.TryGetValue(label.Name, out string? value) && value == label.Value;
    }
}
