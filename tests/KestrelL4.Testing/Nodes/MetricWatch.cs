namespace KestrelL4.Testing.Nodes;

/// <summary>One metric of a node from a moment on: how much it rises.</summary>
/// <remarks>A test that shares its node asks for the rise, never for the value.</remarks>
public sealed class MetricWatch
{
    private readonly TestNode _node;
    private readonly string _name;
    private readonly (string Name, string Value)[] _labels;
    private readonly double _start;

    private MetricWatch(TestNode node, string name, (string Name, string Value)[] labels, double start)
    {
        _node = node;
        _name = name;
        _labels = labels;
        _start = start;
    }

    /// <summary>Waits until the metric has risen by exactly that much since the watch began.</summary>
    public async Task RoseByAsync(double expected, TimeSpan? deadline = null)
    {
        double rise = 0;
        MetricSamples? samples = null;
        await Eventually.UntilAsync(
            async () =>
            {
                samples = await _node.MetricsAsync();
                rise = samples.Sum(_name, _labels) - _start;
                return rise == expected;
            },
            () => $"{this} rises by {expected}; it rose by {rise}. Of that name there is now:\n{Lines(samples)}\n"
                + $"The node printed:\n{_node.Process.Output}",
            deadline);
    }

    /// <summary>How much it has risen since the watch began.</summary>
    public async Task<double> RiseAsync() => (await _node.MetricsAsync()).Sum(_name, _labels) - _start;

    /// <inheritdoc/>
    public override string ToString() => $"{_name}{{{string.Join(',', _labels.Select(label => $"{label.Name}=\"{label.Value}\""))}}}";

    internal static async Task<MetricWatch> BeginAsync(TestNode node, string name, (string Name, string Value)[] labels)
        => new(node, name, labels, (await node.MetricsAsync()).Sum(name, labels));

    private string Lines(MetricSamples? samples)
        => string.Join('\n', (samples?.Text ?? "").Split('\n').Where(line => line.StartsWith(_name, StringComparison.Ordinal)));
}
