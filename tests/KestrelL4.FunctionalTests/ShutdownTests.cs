using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using KestrelL4.FunctionalTests.Draining;

namespace KestrelL4.FunctionalTests;

/// <summary>
/// A node that is asked to stop says that it is not ready, takes nothing new, lets what is open end, and cuts only what
/// outlives the drain time-out.
/// </summary>
public sealed class ShutdownTests : IAsyncDisposable
{
    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private readonly TestCertificate _alice;

    public ShutdownTests()
    {
        _setup.Application("echo", _upstream.EndPoint);
        _alice = _setup.Client("alice", "*");
    }

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    [Fact]
    public async Task Terminate_NothingOpen_ExitsZero()
    {
        await using TestNode node = await _setup.StartAsync();

        node.Process.Terminate();

        Assert.Equal(0, await node.Process.WaitForExitAsync(Eventually.DefaultDeadline));
    }

    [Fact]
    public async Task Terminate_ConnectionOpen_RefusesNewOnesAndExitsZeroAfterItsEnd()
    {
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.HoldAsync(_alice);

        node.Process.Terminate();
        await Port.UntilRefusingAsync(node.EndPoint());
        node.Process.Terminate();

        Assert.Equal("draining", await ReadyAsync(node));
        Assert.Equal("still here"u8.ToArray(), await client.EchoAsync("still here"u8.ToArray()));
        Assert.False(node.Process.HasExited);
        await client.CompleteSendingAsync();
        Assert.Equal(TlsEnd.CloseNotifyThenFin, await client.ObserveEndAsync());
        Assert.Equal(0, await node.Process.WaitForExitAsync(Eventually.DefaultDeadline));
        Assert.Contains("completed", node.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminate_RepeatedUntilTheEnd_StillExitsZero()
    {
        await using TestNode node = await _setup.StartAsync();

        await Eventually.UntilAsync(
            () =>
            {
                if (!node.Process.HasExited)
                {
                    node.Process.Terminate();
                    node.Process.HangUp();
                }

                return node.Process.HasExited;
            },
            "the node ends");

        Assert.Equal(0, node.Process.ExitCode);
    }

    [Fact]
    public async Task StateDirectory_RemovedMeanwhile_CostsNeitherAReloadNorTheExitCode()
    {
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.HoldAsync(_alice);
        Directory.Delete(_setup.Directory["state"], recursive: true);

        _setup.Set("Clients:alice:Disabled", true).Write();
        await Eventually.UntilAsync(async () => (int)(await node.StatusAsync())["registry"]!["revision"]! == 2, "the change is in force");

        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
        node.Process.Terminate();
        Assert.Equal(0, await node.Process.WaitForExitAsync(Eventually.DefaultDeadline));
        Assert.DoesNotContain("defect", node.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminate_TransferRunning_ArrivesWhole()
    {
        byte[] payload = RandomNumberGenerator.GetBytes(16 * 1024 * 1024);
        await using ScriptedServer server = new(
            async (connection, cancellationToken) => await connection.SendAllAsync(payload, cancellationToken));
        _setup.Application("bulk", server.EndPoint);
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.ConnectAsync(_alice, "bulk");
        byte[] beginning = await client.ReceiveAsync(1024);

        node.Process.Terminate();
        await Port.UntilRefusingAsync(node.EndPoint());
        byte[] rest = await client.ReceiveToEndAsync();
        await client.CompleteSendingAsync();

        Assert.True(
            payload.AsSpan().SequenceEqual([.. beginning, .. rest]),
            $"{beginning.Length + rest.Length} of {payload.Length} bytes came, or they differ");
        Assert.Equal(0, await node.Process.WaitForExitAsync(Eventually.DefaultDeadline));
    }

    [Fact]
    public async Task Terminate_ConnectionOutlivesTheTimeout_IsCutAsNodeStoppedAndExitsFive()
    {
        _setup.Set("Drain:Timeout", "1s");
        await using RecordingServer recording = new();
        _setup.Application("recorded", recording.EndPoint);
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.ConnectAsync(_alice, "recorded");
        await client.SendAsync(new byte[1]);
        await Eventually.UntilAsync(() => recording.Connections.Any(connection => connection.Bytes.Length == 1), "the byte has arrived");

        node.Process.Terminate();

        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
        Assert.Equal(5, await node.Process.WaitForExitAsync(Eventually.DefaultDeadline));
        Assert.Contains("node_stopped", node.Process.Output, StringComparison.Ordinal);
        await Eventually.UntilAsync(() => recording.Connections[0].End == PeerEnd.Reset, "the upstream has seen a reset");
    }

    [Fact]
    public async Task Abort_ConnectionOpen_ExitsFiveAtOnce()
    {
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.HoldAsync(_alice);

        node.Process.Abort();

        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
        Assert.Equal(5, await node.Process.WaitForExitAsync(Eventually.DefaultDeadline));
    }

    private static async Task<string> ReadyAsync(TestNode node)
    {
        using HttpResponseMessage response = await node.Admin.GetAsync(new Uri("readyz", UriKind.Relative));
        string status = (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["status"]!;
        Assert.Equal(status is "draining" ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK, response.StatusCode);
        return status;
    }
}
