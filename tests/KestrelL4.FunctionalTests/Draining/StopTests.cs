using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;

namespace KestrelL4.FunctionalTests.Draining;

/// <summary>What a signal to stop does in time: the delay, the patience with what is open, and what may still come in between.</summary>
public sealed class StopTests : IAsyncDisposable
{
    private static readonly Uri Readyz = new("readyz", UriKind.Relative);

    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private readonly TestCertificate _alice;

    public StopTests()
    {
        _setup.Application("echo", _upstream.EndPoint);
        _alice = _setup.Client("alice", "*");
    }

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    [Theory]
    [InlineData("SIGTERM")]
    [InlineData("SIGINT")]
    public async Task Stop_TransfersRunning_FinishThemAndExitsZero(string signal)
    {
        byte[] payload = RandomNumberGenerator.GetBytes(8 * 1024 * 1024);
        _setup.Set("Drain:Delay", "2s");
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.HoldAsync(_alice);

        Send(node.Process, signal);
        await Eventually.UntilAsync(() => IsNotReadyAsync(node), "the node says that it is not ready");
        await using TlsClient late = await node.HoldAsync(_alice);
        Task<byte[]> echoed = client.ReceiveToEndAsync();
        await client.SendAsync(payload.AsMemory(0, payload.Length / 2));
        await Port.UntilRefusingAsync(node.EndPoint());
        await client.SendAsync(payload.AsMemory(payload.Length / 2));
        await client.CompleteSendingAsync();

        byte[] back = await echoed;
        Assert.True(payload.AsSpan().SequenceEqual(back), "what came back differs from what was sent");
        Assert.Equal([3], await late.EchoAsync([3]));
        await late.CompleteSendingAsync();
        Assert.Equal(TlsEnd.CloseNotifyThenFin, await late.ObserveEndAsync());
        Assert.Equal(0, await node.Process.WaitForExitAsync());
        Assert.Equal(2, node.Process.Lines.Count(static line => line.Contains("ended: completed client=alice", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Stop_SignalsRepeated_NeitherShortenNorLengthenThePatience()
    {
        TimeSpan patience = TimeSpan.FromSeconds(2);
        _setup.Set("Drain:Timeout", "2s");
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.HoldAsync(_alice);
        Task<TlsEnd> end = client.ObserveEndAsync();
        long begin = Stopwatch.GetTimestamp();
        using PeriodicTimer again = new(TimeSpan.FromMilliseconds(100));

        // They go on until the cut: a repeat that lengthened the patience would put it off for ever.
        try
        {
            do
            {
                node.Process.Terminate();
                node.Process.Interrupt();
                node.Process.HangUp();
                node.Process.Terminate();
            }
            while (!end.IsCompleted && await again.WaitForNextTickAsync());
        }
        catch (InvalidOperationException) when (node.Process.HasExited)
        {
            // It ended between two signals, before the client's task was told of the cut.
        }

        Assert.Equal(TlsEnd.Reset, await end);
        Assert.InRange(Stopwatch.GetElapsedTime(begin), patience, Eventually.DefaultDeadline);
        Assert.Equal(5, await node.Process.WaitForExitAsync());
        Assert.Contains("ended: node_stopped", node.Process.Output, StringComparison.Ordinal);
        Assert.Contains("Not reloading: the node is draining", node.Process.Output, StringComparison.Ordinal);
        Assert.Contains("connections cut: 1", node.Process.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1m", "1ms")]
    [InlineData("0s", "1m")]
    public async Task Abort_WhileDraining_CutsEveryStepAtOnceAndExitsFive(string delay, string timeout)
    {
        using KestrelL4.Testing.Servers.SilentPort silent = await KestrelL4.Testing.Servers.SilentPort.CreateAsync();
        _setup.Application("silent", silent.EndPoint).Set("Applications:silent:Timeouts:Connect", "1m")
            .Set("Drain:Delay", delay).Set("Drain:Timeout", timeout);
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient relayed = await node.HoldAsync(_alice);
        await using TlsClient dialling = await node.ConnectAsync(_alice, "silent");
        using System.Net.Sockets.Socket shaking = await SocketExtensions.ConnectAsync(node.EndPoint());
        await Eventually.UntilAsync(
            async () => (await node.MetricsAsync()).Sum("kestrell4_connections_active") == 3, "the node has accepted all three");
        node.Process.Terminate();
        await Eventually.UntilAsync(() => IsNotReadyAsync(node), "the node drains");
        Assert.Equal([4], await relayed.EchoAsync([4]));

        node.Process.Abort();

        Assert.Equal(TlsEnd.Reset, await relayed.ObserveEndAsync());
        Assert.Equal(TlsEnd.Reset, await dialling.ObserveEndAsync());
        Assert.Equal(PeerEnd.Reset, await Eventually.WithinAsync(shaking.ObserveEndAsync(), "the one in its handshake ends"));
        Assert.Equal(5, await node.Process.WaitForExitAsync());
        Assert.Equal(3, node.Process.Lines.Count(static line => line.Contains("ended: node_stopped", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Stop_ApplicationJustRemoved_WhatItHasCountsForTheExitCode()
    {
        _setup.Application("removed", _upstream.EndPoint).Set("Drain:Timeout", "5s");
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.HoldAsync(_alice, "removed");
        _setup.Set("Applications:removed", null).Write();
        await Port.UntilRefusingAsync(node.EndPoint("removed"));

        node.Process.Terminate();

        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
        Assert.Equal(5, await node.Process.WaitForExitAsync());
        Assert.Contains("ended: node_stopped client=alice", node.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_NodeDrainsAlready_EndsWithThePatienceOfThatDrain()
    {
        TimeSpan patience = TimeSpan.FromSeconds(4);
        TimeSpan later = TimeSpan.FromSeconds(3);
        _setup.Set("Drain:Timeout", "4s");
        using OperatorSocket socket = new(_setup.Directory["state/admin.sock"]);
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient client = await node.HoldAsync(_alice);
        Task<TlsEnd> end = client.ObserveEndAsync();
        FairStopwatch sinceAsked = new();
        await socket.DrainAsync();
        await Port.UntilRefusingAsync(node.EndPoint());
        FairStopwatch sinceClosed = new(node.Process.Id);
        await Eventually.UntilAsync(() => sinceClosed.Elapsed > later, "most of the patience is gone");

        node.Process.Terminate();

        Assert.Equal(TlsEnd.Reset, await end);
        Assert.InRange(sinceAsked.Elapsed, patience, TimeSpan.MaxValue);
        Assert.InRange(sinceClosed.Granted, TimeSpan.Zero, patience + later - TimeSpan.FromMilliseconds(100));
        Assert.Equal(5, await node.Process.WaitForExitAsync());
        Assert.Contains("ended: node_stopped", node.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_ClientWithdrawnMeanwhile_IsCutAsRevokedAndTheOthersGoOn()
    {
        TestCertificate bob = _setup.Client("bob", "echo");
        _setup.Set("Drain:Timeout", "1m");
        await using TestNode node = await _setup.StartAsync();
        await using TlsClient withdrawn = await node.HoldAsync(bob);
        await using TlsClient staying = await node.HoldAsync(_alice);
        node.Process.Terminate();
        await Port.UntilRefusingAsync(node.EndPoint());

        _setup.Set("Clients:bob", null).Write();

        Assert.Equal(TlsEnd.Reset, await withdrawn.ObserveEndAsync());
        Assert.Equal([5], await staying.EchoAsync([5]));
        await staying.CompleteSendingAsync();
        Assert.Equal(TlsEnd.CloseNotifyThenFin, await staying.ObserveEndAsync());
        Assert.Equal(0, await node.Process.WaitForExitAsync());
        Assert.Contains("ended: revoked client=bob", node.Process.Output, StringComparison.Ordinal);
        Assert.Contains("ended: completed client=alice", node.Process.Output, StringComparison.Ordinal);
    }

    private static void Send(NodeProcess process, string signal)
    {
        if (signal == "SIGINT")
        {
            process.Interrupt();
        }
        else
        {
            process.Terminate();
        }
    }

    private static async Task<bool> IsNotReadyAsync(TestNode node)
    {
        using HttpResponseMessage response = await node.Admin.GetAsync(Readyz);
        return response.StatusCode == HttpStatusCode.ServiceUnavailable;
    }
}
