using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace KestrelL4.FunctionalTests;

/// <summary>The admin socket belongs to root and the node's own user, whatever happened to the node before or happens beside it.</summary>
public sealed class AdminSocketTests : IAsyncLifetime
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OpenToAll = (UnixFileMode)0b111_111_111;
    private const int CannotStart = 2;

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

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Fact]
    public async Task Socket_OfARunningNode_IsForItsOwnerAloneAndGoneAtTheEnd()
    {
        await using TestNode node = await _setup.StartAsync();
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(SocketPath));

        node.Process.Terminate();

        Assert.Equal(0, await node.Process.WaitForExitAsync());
        Assert.False(Path.Exists(SocketPath));
    }

    // In a queue each would hold up the next, and all of them the drain that ends the node.
    [Fact]
    public async Task Reload_AskedForByManyAtOnce_IsDoneForAllTogether()
    {
        const int Callers = 60;
        await using TestNode node = await _setup.StartAsync();
        MetricWatch applied = await node.WatchAsync("kestrell4_configuration_reloads_total", ("result", "applied"));

        string[] answers = await Task.WhenAll(
            Enumerable.Range(0, Callers).Select(_ => AskAsync("POST /reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")));

        Assert.All(answers, static answer => Assert.Equal("HTTP/1.1 200 OK", answer));
        Assert.InRange(await applied.RiseAsync(), 1, Callers / 2);
    }

    [Fact]
    public async Task Socket_NodeWasKilled_IsTakenOver()
    {
        await using TestNode killed = await _setup.StartAsync();
        using (Process process = Process.GetProcessById(killed.Process.Id))
        {
            process.Kill();
        }

        await killed.Process.WaitForExitAsync();
        Assert.True(Path.Exists(SocketPath));

        await using TestNode node = await _setup.StartAsync();

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(SocketPath));
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }

    [Fact]
    public async Task SecondNode_OnTheSameStateDirectory_CannotStartAndLeavesTheSocketAlone()
    {
        await using TestNode node = await _setup.StartAsync();

        ToolResult second = await _setup.RunToExitAsync();

        Assert.True(second.ExitCode == CannotStart, second.ToString());
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    public async Task StateDirectory_PathTooLongForASocket_IsRefused(string verb)
    {
        string directory = _setup.Directory[new string('s', 100)];
        _setup.Set("StateDirectory", directory);
        _setup.Write();

        ToolResult result = await NodeExecutable.RunAsync(_setup.Directory.Path, verb, "--config", _setup.ConfigurationFile);

        Assert.True(result.ExitCode == (verb == "run" ? CannotStart : 1), result.ToString());
        Assert.Contains("KestrelL4:StateDirectory", result.Error, StringComparison.Ordinal);
        Assert.Contains("107", result.Error, StringComparison.Ordinal);
        Assert.False(Path.Exists(directory));
    }

    // The mode keeps another user out; this one is let past it to meet what stands behind. Only root can become another user.
    [RequiresToolFact("setpriv", "curl")]
    public async Task Socket_OpenedToAll_HangsUpOnAnotherUserAndTellsIt()
    {
        await using TestNode node = await _setup.StartAsync();
        foreach (string path in new[] { _setup.Directory.Path, _setup.Directory["state"], SocketPath })
        {
            File.SetUnixFileMode(path, OpenToAll);
        }

        string[] ask = ["curl", "--silent", "--show-error", "--max-time", "25", "--unix-socket", SocketPath, "http://localhost/status"];
        ToolResult stranger = await Tool.RunAsync("setpriv", ["--reuid=65534", "--clear-groups", .. ask]);
        ToolResult again = await Tool.RunAsync("setpriv", ["--reuid=65534", "--clear-groups", .. ask]);
        ToolResult own = await Tool.RunAsync(ask[0], ask[1..]);

        // Hung up on before the request, in the midst of it, or so early that curl calls it no connection.
        Assert.All(new[] { stranger, again }, static refused => Assert.True(refused.ExitCode is 52 or 56 or 7, refused.ToString()));
        Assert.Equal("", stranger.Output + again.Output);
        Assert.Contains("\"status\":\"healthy\"", own.Output, StringComparison.Ordinal);
        await Eventually.UntilAsync(
            () => node.Process.Lines.Any(static line => line.Contains("Refused user 65534", StringComparison.Ordinal)), "the refusal is in the log");
    }

    [Fact]
    public async Task Request_HeadersTooLarge_IsRefusedAndTheNextServed()
    {
        await using TestNode node = await _setup.StartAsync();

        Assert.Equal(
            "HTTP/1.1 431 Request Header Fields Too Large",
            await AskAsync($"GET /livez HTTP/1.1\r\nHost: x\r\nX-Large: {new string('x', 20_000)}\r\n\r\n"));
        Assert.Equal("HTTP/1.1 414 URI Too Long", await AskAsync($"GET /{new string('x', 5_000)} HTTP/1.1\r\nHost: x\r\n\r\n"));
        Assert.Equal("HTTP/1.1 200 OK", await AskAsync("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"));
    }

    [Fact]
    public async Task OpenApi_OfEachDoor_IsAboutWhatItServes()
    {
        await using TestNode node = await _setup.StartAsync();

        JsonNode tcp = JsonNode.Parse(await node.Admin.GetStringAsync("openapi/v1.json"))!;
        ToolResult socket = await Tool.RunAsync("curl", ["--silent", "--unix-socket", SocketPath, "http://localhost/openapi/v1.json"]);

        Assert.NotNull(tcp["paths"]!["/status"]);
        Assert.Null(tcp["paths"]!["/connections"]);
        Assert.NotNull(JsonNode.Parse(socket.Output)!["paths"]!["/connections"]);
    }

    [Fact]
    public async Task Connections_OneRelayed_TellsWhoseItIsAndDeleteCutsIt()
    {
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.ConnectAsync(_alice);
        await client.EchoAsync("four"u8.ToArray());

        ToolResult listed = await Tool.RunAsync("curl", ["--silent", "--unix-socket", SocketPath, "http://localhost/connections"]);

        JsonNode connection = Assert.Single(JsonNode.Parse(listed.Output)!.AsArray())!;
        Assert.Equal("echo", (string?)connection["application"]);
        Assert.Equal("alice", (string?)connection["client"]);
        Assert.Equal(_alice.SerialNumber.TrimStart('0'), (string?)connection["serialNumber"]);
        Assert.Equal("u1", (string?)connection["upstream"]);
        Assert.StartsWith("127.0.0.1:", (string?)connection["peer"], StringComparison.Ordinal);
        Assert.Equal(4, (int)connection["bytesReceived"]!);
        Assert.Equal(4, (int)connection["bytesSent"]!);

        Assert.Equal("HTTP/1.1 204 No Content", await AskAsync($"DELETE /connections/{connection["id"]} HTTP/1.1\r\nHost: x\r\n\r\n"));
        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
        await Eventually.UntilAsync(
            () => node.Process.Output.Contains("closed_by_operator", StringComparison.Ordinal), "the connection's line tells who closed it");
    }

    private async Task<string> AskAsync(string request)
    {
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), deadline.Token);
        await using NetworkStream stream = new(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), deadline.Token);
        using StreamReader reader = new(stream, Encoding.ASCII);
        return await reader.ReadLineAsync(deadline.Token) ?? "";
    }
}
