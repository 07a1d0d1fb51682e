using System.Net;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests.Draining;

/// <summary>An operator takes the whole node out of service and back, while it runs.</summary>
public sealed class NodeDrainTests : IAsyncDisposable
{
    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private readonly OperatorSocket _socket;
    private readonly TestCertificate _alice;

    public NodeDrainTests()
    {
        _setup.Application("echo", _upstream.EndPoint).Application("other", _upstream.EndPoint);
        _setup.Set("Drain:Timeout", "1m");
        _alice = _setup.Client("alice", "*");
        _socket = new OperatorSocket(_setup.Directory["state/admin.sock"]);
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Drain_Timeout_CutsAsDrainedAndTheNodeStaysAndComesBackAtTheSamePorts()
    {
        await using RecordingServer recording = new();
        _setup.Application("recorded", recording.EndPoint).Set("Drain:Timeout", "1s");
        await using TestNode node = await _setup.StartAsync();
        MetricWatch drained = await node.WatchReasonAsync("drained");
        await using TlsClient client = await node.ConnectAsync(_alice, "recorded");
        await client.SendAsync("x"u8.ToArray());
        await Eventually.UntilAsync(() => recording.Connections is [{ Bytes.Length: 1 }], "the byte has arrived");

        await Task.WhenAll(_socket.DrainAsync(), _socket.DrainAsync());

        Assert.Equal(("draining", HttpStatusCode.ServiceUnavailable), await ReadyAsync(node));
        foreach (string application in new[] { "echo", "other", "recorded" })
        {
            await Port.UntilRefusingAsync(node.EndPoint(application));
        }

        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
        await drained.RoseByAsync(1);
        await Eventually.UntilAsync(() => recording.Connections is [{ End: PeerEnd.Reset }], "the upstream has seen a reset");
        Assert.All((await node.StatusAsync())["applications"]!.AsArray(), static each => Assert.Equal("draining", (string?)each!["status"]));

        await _socket.UndrainAsync();
        Assert.Equal(("healthy", HttpStatusCode.OK), await ReadyAsync(node));
        await using TlsClient echo = await node.HoldAsync(_alice);
        await using TlsClient other = await node.HoldAsync(_alice, "other");
        await AssertApplicationsHealthyAsync(node);
    }

    [Fact]
    public async Task Undrain_InTimeOrDuringTheDelay_SavesConnections()
    {
        _setup.Set("Drain:Delay", "1m");
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient open = await node.HoldAsync(_alice);

        await _socket.DrainAsync();
        Assert.Equal("draining", (await ReadyAsync(node)).Status);
        await using TlsClient late = await node.HoldAsync(_alice);
        await _socket.UndrainAsync();
        Assert.Equal("healthy", (await ReadyAsync(node)).Status);
        await using TlsClient after = await node.HoldAsync(_alice);

        string before = await HashAsync(node);
        _setup.Set("Drain", new JsonObject { ["Timeout"] = "1s" }).Write();
        await Eventually.UntilAsync(async () => await HashAsync(node) != before, "the shorter patience is in force");
        await _socket.DrainAsync();
        await Port.UntilRefusingAsync(node.EndPoint());
        await _socket.UndrainAsync();

        // The drain that was taken back would end before this one.
        await using TlsClient cut = await node.HoldAsync(_alice, "other");
        await _socket.DrainAsync("other");
        Assert.Equal(TlsEnd.Reset, await cut.ObserveEndAsync());
        Assert.Equal([1], await open.EchoAsync([1]));
        Assert.Equal([2], await late.EchoAsync([2]));
        Assert.Equal([3], await after.EchoAsync([3]));
    }

    [Fact]
    public async Task Undrain_PortTakenMeanwhile_IsRefusedAndTheDrainGoesOn()
    {
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient open = await node.HoldAsync(_alice);
        await _socket.DrainAsync();
        await Port.UntilRefusingAsync(node.EndPoint());
        await Port.UntilRefusingAsync(node.EndPoint("other"));

        using (Squatter squatter = new(node.EndPoint("other")))
        {
            ToolResult refused = await RunAsync("undrain");
            Assert.True(refused.ExitCode == 1, refused.ToString());
            Assert.Contains("KestrelL4:Applications:other:Listen", refused.Error, StringComparison.Ordinal);
            Assert.Contains(node.EndPoint("other").ToString(), refused.Error, StringComparison.Ordinal);
        }

        await Port.RefusesAsync(node.EndPoint());
        Assert.Equal("draining", (await ReadyAsync(node)).Status);
        ToolResult reload = await RunAsync("reload");
        Assert.True(reload.ExitCode == 0, reload.ToString());
        await Port.RefusesAsync(node.EndPoint());
        Assert.Equal(1, (await RunAsync("wait", "--timeout", "0s")).ExitCode);
        Task<ToolResult> waiting = RunAsync("wait", "--for", "healthy");

        ToolResult undrained = await RunAsync("undrain");

        Assert.True(undrained.ExitCode == 0, undrained.ToString());
        Assert.Equal(0, (await waiting).ExitCode);
        Assert.Equal([1], await open.EchoAsync([1]));
        await using TlsClient other = await node.HoldAsync(_alice, "other");
    }

    [Fact]
    public async Task Drain_ConfigurationChanges_StaysClosedAndUndrainOpensWhatIsConfiguredThen()
    {
        await using TestNode node = await _setup.StartAsync();
        await _socket.DrainAsync();
        await Port.UntilRefusingAsync(node.EndPoint());
        await Port.UntilRefusingAsync(node.EndPoint("other"));
        IPEndPoint added = FreePort.Take();
        string before = await HashAsync(node);

        _setup.Application("added", _upstream.EndPoint).Set("Applications:added:Listen", added.ToString()).Set("Applications:other", null).Write();
        await Eventually.UntilAsync(async () => await HashAsync(node) != before, "the change is in force");

        Assert.Equal("draining", (await ReadyAsync(node)).Status);
        await Port.RefusesAsync(added);
        await _socket.UndrainAsync();
        IPEndPoint removed = node.EndPoint("other");
        await node.LearnEndPointsAsync();
        Assert.Equal(added, node.EndPoint("added"));
        await using TlsClient echo = await node.HoldAsync(_alice);
        await using TlsClient young = await node.HoldAsync(_alice, "added");
        await Port.RefusesAsync(removed);
    }

    [Fact]
    public async Task Terminate_WhileDrained_EndsTheProcessInOrder()
    {
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient open = await node.HoldAsync(_alice);
        await _socket.DrainAsync();
        await Port.UntilRefusingAsync(node.EndPoint());

        node.Process.Terminate();
        await Eventually.UntilAsync(
            () => node.Process.Output.Contains("Received SIGTERM", StringComparison.Ordinal), "the signal has arrived");
        await Eventually.UntilAsync(async () => (await RunAsync("undrain")).Error.Contains("stopping", StringComparison.Ordinal), "undrain is refused");
        ToolResult late = await RunAsync("drain", "echo");
        Assert.Equal(1, late.ExitCode);
        Assert.Contains("the node is stopping", late.Error, StringComparison.Ordinal);

        Assert.Equal([1], await open.EchoAsync([1]));
        await open.CompleteSendingAsync();
        Assert.Equal(TlsEnd.CloseNotifyThenFin, await open.ObserveEndAsync());
        Assert.Equal(0, await node.Process.WaitForExitAsync());
        Assert.Contains("ended: completed", node.Process.Output, StringComparison.Ordinal);
    }

    private static async Task<(string Status, HttpStatusCode Code)> ReadyAsync(TestNode node)
    {
        using HttpResponseMessage response = await node.Admin.GetAsync(new Uri("readyz", UriKind.Relative));
        return ((string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["status"]!, response.StatusCode);
    }

    private static async Task<string> HashAsync(TestNode node) => (string)(await node.StatusAsync())["configuration"]!["hash"]!;

    private static async Task AssertApplicationsHealthyAsync(TestNode node)
    {
        JsonArray applications = (await node.StatusAsync())["applications"]!.AsArray();
        Assert.All(applications, static each => Assert.Equal("healthy", (string?)each!["status"]));
    }

    private Task<ToolResult> RunAsync(params string[] arguments) =>
        NodeExecutable.RunAsync(_setup.Directory.Path, [.. arguments, "--socket", _setup.Directory["state/admin.sock"]]);
}
