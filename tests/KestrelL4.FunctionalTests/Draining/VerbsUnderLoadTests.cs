using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Draining;

/// <summary>The verbs do what they say while many connections are open, and none of those notices that is not meant.</summary>
public sealed class VerbsUnderLoadTests : IAsyncLifetime
{
    private const int Open = 200;

    private readonly RecordingServer _recording = new();
    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private TestNode _node = null!;
    private TestCertificate _alice = null!;
    private HeldClients _held = null!;

    public async Task InitializeAsync()
    {
        _setup.Application("echo", _upstream.EndPoint).Application("recorded", _recording.EndPoint);
        _alice = _setup.Client("alice", "*");
        _node = await _setup.StartAsync();
        _held = await HeldClients.OpenAsync(_node, _alice, "echo", Open);
    }

    public async Task DisposeAsync()
    {
        await _held.DisposeAsync();
        await _node.DisposeAsync();
        await _upstream.DisposeAsync();
        await _recording.DisposeAsync();
    }

    [Fact]
    public async Task Verbs_ManyConnectionsOpen_AnswerAndLeaveThemAlone()
    {
        await using TlsClient meant = await _node.ConnectAsync(_alice, "recorded");
        await meant.SendAsync(new byte[1]);
        await Eventually.UntilAsync(() => _recording.Connections is [{ Bytes.Length: 1 }], "the byte has arrived");
        MetricWatch applied = await _node.WatchAsync("kestrell4_configuration_reloads_total", ("result", "applied"));

        ToolResult[] reloads = await Task.WhenAll(RunAsync(0, "reload"), RunAsync(0, "reload"));

        // One that still waits for its turn serves both.
        Assert.InRange(await applied.RiseAsync(), 1, 2);
        Assert.All(reloads, static reload => Assert.Contains("is in force", reload.Output, StringComparison.Ordinal));
        Assert.Matches($"echo +healthy +{_node.EndPoint()} +{Open} +0", (await RunAsync(0, "status")).Output);
        JsonArray connections = JsonNode.Parse((await RunAsync(0, "connections", "--json")).Output)!.AsArray();
        Assert.Equal(Open + 1, connections.Select(static each => (string?)each!["id"]).Distinct().Count());
        string id = (string)connections.Single(static each => (string?)each!["application"] == "recorded")!["id"]!;

        // Both ask for the same connection; one of them comes too late.
        ToolResult[] closed = await Task.WhenAll(RunAsync(null, "close", id), RunAsync(null, "close", id));

        Assert.Equal([0, 1], closed.Select(static each => each.ExitCode).Order());
        Assert.Equal(TlsEnd.Reset, await meant.ObserveEndAsync());
        await Eventually.UntilAsync(() => _recording.Connections is [{ End: PeerEnd.Reset }], "the upstream has seen a reset");
        await Eventually.UntilAsync(
            () => _node.Process.Output.Contains($"{id} of recorded ended: closed_by_operator", StringComparison.Ordinal), "its line tells who closed it");
        await _held.AllGoOnAsync();
        Assert.Equal(Open, _upstream.Open);
    }

    [Fact]
    public async Task Verbs_NodeKilledInTheMiddle_ExitTwoOrWereDone()
    {
        string[][] verbs = [["status"], ["connections"], ["close", "none"], ["drain", "echo"], ["undrain", "echo"], ["reload"]];
        Task<ToolResult>[] running = [.. verbs.Select(verb => RunAsync(null, verb))];
        await Task.WhenAny(running);

        _node.Process.Kill();

        foreach ((string[] verb, ToolResult result) in verbs.Zip(await Task.WhenAll(running)))
        {
            Assert.True(result.ExitCode == 2 || result.ExitCode == (verb[0] == "close" ? 1 : 0), $"{verb[0]}: {result}");
            Assert.True(result.ExitCode == 0 || result.Error.Contains($"kestrell4 {verb[0]}: ", StringComparison.Ordinal), $"{verb[0]}: {result}");
        }

        await Task.WhenAll(verbs.Select(verb => RunAsync(2, verb)));
        await RunAsync(1, "wait", "--timeout", "0s");
    }

    private async Task<ToolResult> RunAsync(int? exitCode, params string[] arguments)
    {
        ToolResult result = await NodeExecutable.RunAsync(
            _setup.Directory.Path, [.. arguments, "--socket", _setup.Directory["state/admin.sock"]]);
        Assert.True(exitCode is null || result.ExitCode == exitCode, $"{arguments[0]}: expected exit code {exitCode}, got {result}");
        return result;
    }
}
