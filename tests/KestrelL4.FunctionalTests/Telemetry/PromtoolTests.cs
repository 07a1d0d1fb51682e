namespace KestrelL4.FunctionalTests.Telemetry;

/// <summary>What a node exposes is as Prometheus's own linter wants it.</summary>
[Collection(OtlpCollection.Name)]
public sealed class PromtoolTests(OtlpFixture fixture)
{
    [RequiresToolFact("promtool")]
    public async Task Metrics_AfterTraffic_PassTheLinter()
    {
        await using TlsClient client = await fixture.Node.HoldAsync(fixture.Alice);
        await fixture.Node.RefusesAsync(fixture.Stranger);

        ToolResult result = await Tool.RunAsync("promtool", ["check", "metrics"], input: (await fixture.Node.MetricsAsync()).Text);

        Assert.True(result is { ExitCode: 0, Output: "", Error: "" }, result.ToString());
    }
}
