using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests;

/// <summary>The verbs that act on a running node: they find it, do what they say, and exit with the code for it.</summary>
public sealed class ControlVerbTests : IAsyncLifetime
{
    private const int Done = 0;
    private const int No = 1;
    private const int NotReachable = 2;
    private const int Usage = 4;

    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private TestCertificate _alice = null!;

    private string SocketPath => _setup.Directory["state/admin.sock"];

    public Task InitializeAsync()
    {
        _setup.Application("echo", _upstream.EndPoint);
        _alice = _setup.Client("alice", "echo");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _upstream.DisposeAsync();
        _setup.Directory.Dispose();
    }

    [Fact]
    public async Task Status_RunningNode_IsTablesOrItsJson()
    {
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.HoldAsync(_alice);

        ToolResult text = await Run(Done, "status");
        ToolResult json = await Run(Done, "status", "--json");

        Assert.Matches("application:echo +healthy", text.Output);
        Assert.Matches($"echo +healthy +{node.EndPoint()} +1 +0", text.Output);
        Assert.Matches($"echo/u1 +available +.+ +{_upstream.EndPoint} +1 +1", text.Output);
        Assert.Equal("healthy", (string?)JsonNode.Parse(json.Output)!["status"]);
        Assert.Equal(1, (int)JsonNode.Parse(json.Output)!["applications"]![0]!["connections"]!);
    }

    [RequiresToolFact("timeout")]
    public async Task StatusWatch_Interrupted_HasShownSeveralAndExitsZero()
    {
        await using TestNode node = await _setup.StartAsync();

        // It signals the verb and then, the verb included, its whole group.
        ToolResult watched = await Tool.RunAsync(
            "timeout", ["--signal=INT", "--preserve-status", "4", NodeExecutable.Path, "status", "--watch", "--socket", SocketPath]);

        Assert.True(watched.ExitCode == Done, watched.ToString());
        Assert.True(watched.Output.Split(" is healthy: ").Length > 2, watched.ToString());
    }

    [Fact]
    public async Task Connections_OneOpen_IsListedAndClosedByItsId()
    {
        await using TestNode node = await _setup.StartAsync();
        Assert.Contains("No connection", (await Run(Done, "connections")).Output, StringComparison.Ordinal);
        await using TlsClient client = await node.HoldAsync(_alice);

        ToolResult text = await Run(Done, "connections");
        ToolResult json = await Run(Done, "connections", "--json");
        string id = (string)Assert.Single(JsonNode.Parse(json.Output)!.AsArray())!["id"]!;
        ToolResult closed = await Run(Done, "close", id);

        Assert.Matches($"{id} +echo +alice", text.Output);
        Assert.Contains(id, closed.Output, StringComparison.Ordinal);
        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
        Assert.Contains(id, (await Run(No, "close", id)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drain_Unknown_ExitsOneAndNamesIt()
    {
        await using TestNode node = await _setup.StartAsync();

        Assert.Contains("nothing", (await Run(No, "drain", "nothing")).Error, StringComparison.Ordinal);
        Assert.Contains("u9", (await Run(No, "drain", "echo/u9")).Error, StringComparison.Ordinal);
        Assert.Contains("nothing", (await Run(No, "undrain", "nothing")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verbs_ForPrograms_AnswerInLinesOfJson()
    {
        _setup.Set("Drain:Timeout", "1s");
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient closed = await node.HoldAsync(_alice);
        string id = (string)JsonNode.Parse((await Run(Done, "connections", "--json")).Output)!.AsArray().Single()!["id"]!;

        Assert.Equal($$"""{"id":"{{id}}"}""", await JsonAsync(Done, "close", id));
        Assert.Contains(id, await RefusalAsync("close", id), StringComparison.Ordinal);
        await Eventually.UntilAsync(() => _upstream.Open == 0, "the connection has gone");
        Assert.Equal("""{"application":"echo","upstream":"u1","phase":"waiting","connections":0,"cut":0}""", await JsonAsync(Done, "drain", "echo/u1"));
        Assert.Equal("""{"application":"echo","upstream":"u1","phase":"inService","connections":0,"cut":0}""", await JsonAsync(Done, "undrain", "echo/u1"));
        Assert.Contains("there is no application", await RefusalAsync("drain", "nothing"), StringComparison.Ordinal);
        Assert.Equal("""{"reached":true,"obstacle":null}""", await JsonAsync(Done, "wait"));

        await using TlsClient cut = await node.HoldAsync(_alice);
        string[] told = (await JsonAsync(Done, "drain", "--wait")).Split('\n');

        Assert.Contains("""{"application":null,"upstream":null,"phase":"waiting","connections":1,"cut":0}""", told);
        Assert.Equal("""{"application":null,"upstream":null,"phase":"waiting","connections":0,"cut":1}""", told[^1]);
        Assert.Matches("""{"reached":false,"obstacle":".*draining""", await JsonAsync(No, "wait", "--timeout", "0s"));
    }

    [Fact]
    public async Task Drain_Application_ClosesItsPortUntilUndrain()
    {
        await using TestNode node = await _setup.StartAsync();

        await Run(Done, "drain", "echo");
        await UntilRefusedAsync(node);
        Assert.Matches("echo +draining", (await Run(Done, "status")).Output);
        Assert.Contains("closed", (await Run(No, "explain", "alice", "echo")).Output, StringComparison.Ordinal);

        await Run(Done, "undrain", "echo");
        await using TlsClient client = await node.HoldAsync(_alice);
    }

    [Fact]
    public async Task Drain_Upstream_TakesItOutOfPickingUntilUndrain()
    {
        await using TestNode node = await _setup.StartAsync();

        await Run(Done, "drain", "echo/u1");
        await Eventually.UntilAsync(
            async () => (await Run(No, "explain", "alice", "echo")).Output.Contains("no_upstream", StringComparison.Ordinal), "u1 is not picked");
        await Run(Done, "undrain", "echo/u1");

        Assert.Contains("at upstream u1", (await Run(Done, "explain", "alice", "echo")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DrainWait_InAPipe_TellsEachChangeAndHowManyWereCut()
    {
        _setup.Set("Drain:Timeout", "1s");
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.HoldAsync(_alice);

        ToolResult drained = await Run(Done, "drain", "--wait");

        Assert.Matches(
            @"\A(Draining the node: still takes connections, 1 open\.\n)?Draining the node: 1 of 1 connections left\.\nDrained the node within \d+s; connections cut: 1\.\n\z",
            drained.Output);
        Assert.Matches(@"echo +draining +\S+ \(closed\)", (await Run(Done, "status")).Output);
        Assert.Contains("'nothing'", (await Run(No, "drain", "nothing", "--wait")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DrainWait_PutBackMeanwhile_ExitsOneAndSaysSo()
    {
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.HoldAsync(_alice);

        Task<ToolResult> drained = Run(No, "drain", "echo/u1", "--wait");
        await Eventually.UntilAsync(
            async () => (await Run(null, "status")).Output.Contains("draining", StringComparison.Ordinal), "the upstream drains");
        await Run(Done, "undrain", "echo/u1");

        Assert.Contains("put back into service", (await drained).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drain_Node_ClosesThePortsAndLeavesTheSocket()
    {
        await using TestNode node = await _setup.StartAsync();

        await Run(Done, "drain");
        await UntilRefusedAsync(node);
        Assert.Contains("draining", (await Run(No, "wait", "--timeout", "0s")).Error, StringComparison.Ordinal);
        await Run(Done, "reload");
        await UntilRefusedAsync(node);

        await Run(Done, "undrain");
        await Run(Done, "wait");
        await using TlsClient client = await node.HoldAsync(_alice);
    }

    [Fact]
    public async Task Reload_ConfigurationChanged_IsInForceWhenItEnds()
    {
        await using TestNode node = await _setup.StartAsync();
        _setup.Client("bob", "echo");
        _setup.Write();

        ToolResult result = await Run(Done, "reload");

        Assert.Contains("in force", result.Output, StringComparison.Ordinal);
        Assert.NotEmpty((string)JsonNode.Parse((await Run(Done, "reload", "--json")).Output)!["hash"]!);
        Assert.True((bool)JsonNode.Parse((await Run(Done, "explain", "bob", "echo", "--json")).Output)!["admitted"]!);
        Assert.Contains("bob would get in", (await Run(Done, "explain", "bob", "echo")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_ConfigurationInvalid_ExitsOneWithEveryErrorAndKeepsWhatIs()
    {
        await using TestNode node = await _setup.StartAsync();
        _setup.Set("Applications:echo:Upstreams:u1:Weight", 1000);
        _setup.Set("Drain:Timeout", "30");
        _setup.Write();

        ToolResult result = await Run(No, "reload");

        Assert.Contains("Upstreams:u1:Weight", result.Error, StringComparison.Ordinal);
        Assert.Contains("Drain:Timeout", result.Error, StringComparison.Ordinal);
        Assert.Equal(2, JsonNode.Parse((await Run(No, "reload", "--json")).Output)!["errors"]!.AsArray().Count);
        Assert.Contains("errors: 2", (await Run(Done, "status")).Output, StringComparison.Ordinal);
        Assert.Equal(2, (int)(await node.StatusAsync())["configuration"]!["rejected"]!["errors"]!);
        await using TlsClient client = await node.HoldAsync(_alice);
    }

    [Fact]
    public async Task Explain_EachRefusal_IsTheOneThatAConnectionMeets()
    {
        _setup.Client("bob");
        _setup.Client("carol", "echo");
        _setup.Set("Clients:carol:Disabled", true);
        _setup.Set("Applications:echo:ClientRateLimit:MaxConcurrentConnections", 1);
        await using TestNode node = await _setup.StartAsync();

        Assert.Contains("at upstream u1", (await Run(Done, "explain", "alice", "echo")).Output, StringComparison.Ordinal);
        Assert.Contains("unknown_client", (await Run(No, "explain", "nobody", "echo")).Output, StringComparison.Ordinal);
        Assert.Contains("client_disabled", (await Run(No, "explain", "carol", "echo")).Output, StringComparison.Ordinal);
        Assert.Contains("not_authorized", (await Run(No, "explain", "bob", "echo")).Output, StringComparison.Ordinal);
        Assert.Contains("'nothing'", (await Run(No, "explain", "alice", "nothing")).Error, StringComparison.Ordinal);

        await using TlsClient client = await node.HoldAsync(_alice);
        ToolResult limited = await Run(No, "explain", "ALICE", "ECHO");
        Assert.Contains("alice would not get in to echo: rate_limited", limited.Output, StringComparison.Ordinal);
        Assert.Matches("client_application +1 +1 .* no", limited.Output);
    }

    [Fact]
    public async Task Verb_ConfigurationInvalidMeanwhile_StillFindsTheNode()
    {
        await using TestNode node = await _setup.StartAsync();
        _setup.Set("Applications:echo:Listne", "127.0.0.1:0");
        _setup.Write();

        await Run(Done, "status");
    }

    [Fact]
    public async Task Verb_NoNode_ExitsTwoAndTellsWhatIsTheCase()
    {
        _setup.Write();
        foreach (string[] verb in (string[][])[["status"], ["connections"], ["close", "A"], ["drain"], ["undrain"], ["reload"]])
        {
            ToolResult result = await Run(NotReachable, verb);

            Assert.Contains($"no socket at {SocketPath}", result.Error, StringComparison.Ordinal);
            Assert.Empty(result.Output);
        }
    }

    [Fact]
    public async Task Verb_NodeWasKilled_ExitsTwoAndSaysThatNobodyListens()
    {
        await using TestNode killed = await _setup.StartAsync();
        using (Process process = Process.GetProcessById(killed.Process.Id))
        {
            process.Kill();
        }

        await killed.Process.WaitForExitAsync();

        Assert.Contains($"nobody listens at {SocketPath}", (await Run(NotReachable, "status")).Error, StringComparison.Ordinal);
    }

    [RequiresToolFact("setpriv")]
    public async Task Verb_OfAnotherUser_ExitsTwoAndSaysWhoMay()
    {
        await using TestNode node = await _setup.StartAsync();

        ToolResult result = await Tool.RunAsync(
            "setpriv", ["--reuid=65534", "--clear-groups", NodeExecutable.Path, "status", "--socket", SocketPath]);

        Assert.True(result.ExitCode == NotReachable, result.ToString());
        Assert.Contains("not permitted", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verb_ConfigurationMissing_ExitsTwoAndNamesTheFile()
    {
        ToolResult result = await NodeExecutable.RunAsync(_setup.Directory.Path, "status", "--config", "absent.json");

        Assert.True(result.ExitCode == NotReachable, result.ToString());
        Assert.Contains("absent.json", result.Error, StringComparison.Ordinal);
        Assert.Contains("--socket", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_NodeComesLater_ExitsZero()
    {
        _setup.Write();
        Task<ToolResult> waiting = NodeExecutable.RunAsync(
            _setup.Directory.Path, "wait", "--config", _setup.ConfigurationFile, "--for", "healthy", "--timeout", "50s");

        await using TestNode node = await _setup.StartAsync();
        ToolResult result = await waiting;

        Assert.True(result.ExitCode == Done, result.ToString());
        await Run(Done, "wait", "--component", "application:echo");
    }

    [Fact]
    public async Task Wait_TimesOut_ExitsOneAndTellsWhatWasInTheWay()
    {
        _setup.Write();
        Assert.Contains("no socket", (await Run(No, "wait", "--timeout", "300ms")).Error, StringComparison.Ordinal);

        _setup.Set("Drain:Timeout", "1m");
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.HoldAsync(_alice);
        Assert.Contains("'nothing'", (await Run(No, "wait", "--component", "nothing", "--timeout", "0s")).Error, StringComparison.Ordinal);

        node.Process.Terminate();
        await Eventually.UntilAsync(
            async () => (await Run(null, "wait", "--timeout", "0s")).Error.Contains("the node is draining", StringComparison.Ordinal),
            "the node is draining");
    }

    [Theory]
    [InlineData("close")]
    [InlineData("close", "A", "B")]
    [InlineData("drain", "echo/")]
    [InlineData("undrain", "/u1")]
    [InlineData("wait", "--timeout", "30")]
    [InlineData("wait", "--for", "happy")]
    [InlineData("status", "surplus")]
    [InlineData("explain", "alice")]
    public async Task Verb_WrongUsage_ExitsFour(params string[] arguments)
    {
        _setup.Write();

        ToolResult result = await Run(Usage, arguments);

        Assert.Contains($"kestrell4 {arguments[0]} --help", result.Error, StringComparison.Ordinal);
    }

    private static Task UntilRefusedAsync(TestNode node) => Eventually.UntilAsync(
        async () =>
        {
            try
            {
                using Socket socket = await SocketExtensions.ConnectAsync(node.EndPoint());
                return false;
            }
            catch (SocketException)
            {
                return true;
            }
        },
        "the port is closed");

    private async Task<string> RefusalAsync(params string[] arguments) =>
        (string)JsonNode.Parse(await JsonAsync(No, arguments))!["errors"]!.AsArray().Single()!;

    private async Task<string> JsonAsync(int exitCode, params string[] arguments)
    {
        ToolResult result = await Run(exitCode, [.. arguments, "--json"]);
        Assert.Empty(result.Error);
        return result.Output.TrimEnd();
    }

    private async Task<ToolResult> Run(int? exitCode, params string[] arguments)
    {
        ToolResult result = await NodeExecutable.RunAsync(_setup.Directory.Path, [.. arguments, "--config", _setup.ConfigurationFile]);
        Assert.True(exitCode is null || result.ExitCode == exitCode, $"expected exit code {exitCode}, got {result}");
        return result;
    }
}
