namespace KestrelL4.Bench.Running;

/// <summary>All figures taken so far: per measure and proxy one value a round.</summary>
internal sealed class SampleBook
{
    private readonly Dictionary<(string Measure, string Proxy), List<double>> _values = [];
    private readonly List<string> _remarks = [];

    /// <summary>What a reader of the figures should know.</summary>
    public IReadOnlyList<string> Remarks => _remarks;

    /// <summary>Notes one value.</summary>
    public void Add(string measure, string proxy, double value)
    {
        if (!_values.TryGetValue((measure, proxy), out List<double>? values))
        {
            _values[(measure, proxy)] = values = [];
        }

        values.Add(value);
    }

    /// <summary>Notes something in words.</summary>
    public void Remark(string text) => _remarks.Add(text);

    /// <summary>Every value of a measure and proxy; empty when none was taken.</summary>
    public IReadOnlyList<double> Values(string measure, string proxy) => _values.GetValueOrDefault((measure, proxy)) ?? [];
}
