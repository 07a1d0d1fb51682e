using System.Net;
using KestrelL4.Testing.Telemetry;
using Microsoft.AspNetCore.Http;

namespace KestrelL4.FunctionalTests.Telemetry;

/// <summary>A collector that is away, silent or refuses harms no connection and no stop, and is told in the log once.</summary>
public sealed class CollectorAwayTests : IAsyncDisposable
{
    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private readonly TestCertificate _alice;

    public CollectorAwayTests()
    {
        _setup.Application("echo", _upstream.EndPoint);
        _alice = _setup.Client("alice", "echo");
    }

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    [Fact]
    public async Task Collector_AwayAndBack_IsToldOncePerSignalAndChange()
    {
        IPEndPoint endPoint = FreePort.Take();
        await using TestNode node = await _setup.StartAsync(new NodeLaunch { Environment = OtlpCollector.VariablesFor(endPoint.Port) });
        await ServeAsync(node);
        await Eventually.UntilAsync(
            () => Task.FromResult(Lines(node, "takes nothing").Length == 2), () => $"both signals are told. It printed:\n{node.Process.Output}");

        await using (OtlpCollector collector = await OtlpCollector.StartAsync(endPoint.Port))
        {
            await Eventually.UntilAsync(
                async () =>
                {
                    await ServeAsync(node);
                    return Lines(node, "again").Length == 2;
                },
                () => $"both signals are told to be back. It printed:\n{node.Process.Output}");
        }

        Assert.Equal(2, Lines(node, "takes nothing").Length);
        Assert.All(["/v1/traces", "/v1/metrics"], path =>
            Assert.Contains($"http://{endPoint}{path}", Assert.Single(Lines(node, "takes nothing"), line => line.Contains(path, StringComparison.Ordinal)), StringComparison.Ordinal));
        Assert.All(Lines(node, "takes nothing"), static line => Assert.Contains("Connection refused", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Collector_Silent_DelaysNeitherConnectionsNorTheStopForLong()
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync(
            static context => Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default));
        await using TestNode node = await _setup.StartAsync(new NodeLaunch { Environment = collector.Variables });
        await ServeAsync(node);
        await Eventually.UntilAsync(() => collector.Requests >= 2, "spans and metrics wait for the collector");
        await ServeAsync(node);

        node.Process.Terminate();

        // Two for the collector and some for a busy machine; less than the ten that a request to it may take by itself.
        Assert.Equal(0, await node.Process.WaitForExitAsync(TimeSpan.FromSeconds(7)));
    }

    [Fact]
    public async Task Collector_Refusing_IsToldWithItsAnswer()
    {
        await using OtlpCollector collector = await OtlpCollector.StartAsync(static context =>
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        });
        Dictionary<string, string> variables = new(collector.Variables) { ["OTEL_TRACES_SAMPLER"] = "always_off" };
        await using TestNode node = await _setup.StartAsync(new NodeLaunch { Environment = variables });
        await ServeAsync(node);
        await Eventually.UntilAsync(() => Lines(node, "takes nothing").Length == 1 && Lines(node, "completed").Length == 1, "the refusal is told");

        Assert.Contains("401", Assert.Single(Lines(node, "takes nothing")), StringComparison.Ordinal);

        // What is not sampled has no trace that its line could name.
        Assert.Empty(collector.Spans);
        Assert.DoesNotContain("trace_id", Assert.Single(Lines(node, "completed")), StringComparison.Ordinal);
    }

    private async Task ServeAsync(TestNode node)
    {
        await using TlsClient client = await node.HoldAsync(_alice);
        await client.CompleteSendingAsync();
        await client.ObserveEndAsync();
    }

    private static string[] Lines(TestNode node, string text) => [.. node.Process.Lines.Where(line => line.Contains(text, StringComparison.Ordinal))];
}
