using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KestrelL4.FunctionalTests.Deployment;

namespace KestrelL4.FunctionalTests.Telemetry;

/// <summary>The dashboard and the alerts in <c>deploy/</c> name only what a node has, and do what they say.</summary>
[Collection(OtlpCollection.Name)]
public sealed partial class MonitoringTests(OtlpFixture fixture)
{
    private const string Dashboard = "grafana/kestrell4.json";
    private const string Rules = "prometheus/kestrell4.rules.yaml";
    private const string RuleTests = "prometheus/kestrell4.rules.test.yaml";

    // What Prometheus itself adds to a series, and what histograms have.
    private static readonly HashSet<string> CommonLabels = ["job", "instance", "le"];

    // Whose values the node exposes from its start, all of them.
    private static readonly HashSet<string> ClosedLabels = ["reason", "result", "status", "scope", "cause", "direction"];

    public static TheoryData<string> Files => [Dashboard, Rules, RuleTests];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Metrics_InTheFile_AreExposedWithTheirLabelsAndValues(string file)
    {
        MetricUse use = new(file == Dashboard ? string.Join('\n', Texts(Panels())) : await File.ReadAllTextAsync(DeploymentFiles.PathOf(file)));
        MetricSamples samples = await fixture.Node.MetricsAsync();
        HashSet<string> exposed = [.. samples.Names.Select(MetricUse.BaseName), .. MetricReference.All.Keys];

        Assert.NotEmpty(use.Metrics);
        Assert.All(use.Metrics, metric => Assert.Contains(metric, exposed));
        Assert.All(use.Selections, selection => Assert.Contains(selection.Label, LabelsOf(selection.Metric)));
        Assert.All(use.Labels, label => Assert.Contains(label, MetricReference.All.Values.SelectMany(static each => each.Labels).Union(CommonLabels)));
        Assert.All(
            use.Selections.Where(static selection => ClosedLabels.Contains(selection.Label)),
            selection => Assert.All(
                selection.Values, value => Assert.Contains(value, samples.LabelsOf(selection.Metric).Select(labels => labels[selection.Label]))));
    }

    [RequiresToolFact("promtool")]
    public async Task Alerts_AsShipped_PassTheirTests()
    {
        Assert.All(
            [await PromtoolAsync("check", "rules", DeploymentFiles.PathOf(Rules)), await PromtoolAsync("test", "rules", DeploymentFiles.PathOf(RuleTests))],
            static result => Assert.True(result.ExitCode == 0, result.ToString()));
    }

    [Fact]
    public async Task Alerts_Each_AreTestedFiringAndQuiet()
    {
        string[] alerts = [.. Alert().Matches(await File.ReadAllTextAsync(DeploymentFiles.PathOf(Rules))).Select(static match => match.Groups[1].Value)];
        string tests = await File.ReadAllTextAsync(DeploymentFiles.PathOf(RuleTests));

        Assert.NotEmpty(alerts);
        Assert.All(alerts, alert =>
        {
            Assert.Matches($@"alertname: {alert}\s+exp_alerts: \[\]", tests);
            Assert.Matches($@"alertname: {alert}\s+exp_alerts:\s+- exp_labels", tests);
        });
    }

    [RequiresToolFact("promtool")]
    public async Task Dashboard_Expressions_AreThoseOfPrometheus()
    {
        using TemporaryDirectory directory = new();
        IEnumerable<string> rules = Expressions().Select(static (expression, index) =>
            $"      - record: panel_{index}\n        expr: {JsonValue.Create(expression.Replace("$__rate_interval", "5m", StringComparison.Ordinal)).ToJsonString()}\n");
        string file = directory.Write("dashboard.yaml", $"groups:\n  - name: dashboard\n    rules:\n{string.Concat(rules)}");

        ToolResult result = await PromtoolAsync("check", "rules", file);

        Assert.True(result.ExitCode == 0, result.ToString());
    }

    [Fact]
    public void Dashboard_Panels_HaveTitlesAndIdsOfTheirOwnAndDoNotOverlap()
    {
        JsonNode[] panels = Panels();

        Assert.Equal(panels.Length, panels.Select(static panel => (int)panel["id"]!).Distinct().Count());
        Assert.All(panels, static panel => Assert.NotEmpty((string)panel["title"]!));
        Assert.All(panels.Where(static panel => (string)panel["type"]! != "row"), static panel => Assert.NotEmpty((string)panel["description"]!));
        (int X, int Y)[] cells = [.. panels.SelectMany(static panel => Cells(panel["gridPos"]!))];
        Assert.Equal(cells.Length, cells.Distinct().Count());
        Assert.All(cells, static cell => Assert.InRange(cell.X, 0, 23));
    }

    // Grafana's own turn any number red from 80 on.
    [Fact]
    public void Dashboard_Numbers_HaveThresholdsOfTheirOwn() => Assert.All(
        Panels().Where(static panel => (string)panel["type"]! == "stat"),
        static panel => Assert.NotNull(panel["fieldConfig"]!["defaults"]!["thresholds"]));

    private static IEnumerable<string> LabelsOf(string metric) =>
        MetricReference.All.TryGetValue(metric, out MetricReference? reference) ? reference.Labels.Union(CommonLabels) : CommonLabels;

    private static JsonNode[] Panels() =>
        [.. JsonNode.Parse(File.ReadAllText(DeploymentFiles.PathOf(Dashboard)))!["panels"]!.AsArray().OfType<JsonNode>()];

    private static IEnumerable<string> Expressions() => Panels().SelectMany(Targets).Select(static target => (string)target["expr"]!);

    private static IEnumerable<string> Texts(JsonNode[] panels) =>
        panels.SelectMany(Targets).SelectMany(static target => new[] { (string)target["expr"]!, (string)target["legendFormat"]! });

    private static IEnumerable<JsonNode> Targets(JsonNode panel) => panel["targets"]?.AsArray().OfType<JsonNode>() ?? [];

    private static IEnumerable<(int X, int Y)> Cells(JsonNode place) =>
        from x in Enumerable.Range((int)place["x"]!, (int)place["w"]!)
        from y in Enumerable.Range((int)place["y"]!, (int)place["h"]!)
        select (x, y);

    private static Task<ToolResult> PromtoolAsync(params string[] arguments) => Tool.RunAsync("promtool", arguments);

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();
}
