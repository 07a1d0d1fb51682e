using System.Globalization;
using KestrelL4.Bench.Proxies;
using KestrelL4.Bench.Running;

namespace KestrelL4.Bench.Reporting;

/// <summary>The figures as rows of text: medians of each proxy, their spread, then every later proxy over each earlier one that others are compared with.</summary>
internal sealed class ReportTable
{
    private static readonly (string Measure, string Heading, string Format)[] Columns =
    [
        ("hs", "hs", "F3"), ("echo", "echo", "F2"), ("down", "down", "F3"), ("up", "up", "F3"),
        (Measures.Idle, "idle KiB", "F1"), (Measures.Resident, "resident MiB", "F0"), (Measures.Start, "start ms", "F0"),
        (Measures.Median("hs"), "hs p50 µs", "F0"), (Measures.Tail("hs"), "hs p99 µs", "F0"),
        (Measures.Median("echo"), "echo p50 µs", "F0"), (Measures.Tail("echo"), "echo p99 µs", "F0"),
    ];

    private readonly SampleBook _samples;
    private readonly List<IReadOnlyList<string>> _rows = [];

    public ReportTable(IReadOnlyList<ProxyKind> kinds, SampleBook samples)
    {
        _samples = samples;
        double[] others = [.. kinds.SelectMany(kind => samples.Values(Measures.Others, kind.Key)).DefaultIfEmpty()];
        Others = (Statistics.Median(others), others.Max());
        foreach (ProxyKind kind in kinds)
        {
            _rows.Add([kind.Title, .. Columns.Select(column => Format(MedianOf(column.Measure, kind), column.Format))]);
        }

        // One round has none.
        foreach (ProxyKind kind in kinds.Where(kind => Columns.Any(column => !double.IsNaN(SpreadOf(column.Measure, kind)))))
        {
            _rows.Add([$"{kind.Title}: spread", .. Columns.Select(column => Format(SpreadOf(column.Measure, kind), "P0"))]);
        }

        foreach ((int index, ProxyKind other) in kinds.Index().Where(static each => each.Item.IsReference))
        {
            foreach (ProxyKind kind in kinds.Skip(index + 1))
            {
                _rows.Add([$"{kind.Title} / {other.Title}", .. Columns.Select(column => Ratio(column.Measure, kind, other))]);
            }
        }
    }

    /// <summary>The column headings, the first one empty.</summary>
    public static IReadOnlyList<string> Headings { get; } = ["", .. Columns.Select(column => column.Heading)];

    /// <summary>The rows, each as long as the headings; a dash where nothing was measured.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Rows => _rows;

    /// <summary>Median and largest share of the machine, 0 to 1, that other processes took while something was measured.</summary>
    public (double Median, double Largest) Others { get; }

    private double MedianOf(string measure, ProxyKind kind) => Statistics.Median(_samples.Values(measure, kind.Key));

    private double SpreadOf(string measure, ProxyKind kind) => Statistics.Spread(_samples.Values(measure, kind.Key));

    // Round by round: neighbours in time share the machine's mood, which the medians of each alone do not.
    private string Ratio(string measure, ProxyKind kind, ProxyKind reference)
    {
        IEnumerable<(double, double)> rounds = _samples.Values(measure, kind.Key).Zip(_samples.Values(measure, reference.Key));
        return Format(Statistics.Median([.. rounds.Select(round => round.Item1 / round.Item2)]), "F2");
    }

    private static string Format(double value, string format) =>
        double.IsNaN(value) ? "–" : value.ToString(format, CultureInfo.InvariantCulture);
}
