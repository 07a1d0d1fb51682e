using System.Net;
using System.Net.Sockets;

namespace KestrelL4.FunctionalTests.Supervision;

/// <summary>Applications listen at sockets that a service manager opens, keeps and passes.</summary>
public sealed class SocketActivationTests : IAsyncDisposable
{
    private readonly EchoServer _upstream = new();
    private readonly NodeSetup _setup = new();
    private readonly TestCertificate _alice;
    private readonly Socket _socket = Listening(new IPEndPoint(IPAddress.Loopback, 0));

    public SocketActivationTests()
    {
        _setup.Application("echo", _upstream.EndPoint).Set("Applications:echo:Listen", "systemd:echo");
        _alice = _setup.Client("alice", "*");
    }

    private IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Reload_ApplicationAtAnotherPassedSocket_IsServedAndTheSocketOutlivesTheNode()
    {
        string path = _setup.Directory["local.sock"];
        using Socket local = Listening(new UnixDomainSocketEndPoint(path));
        using PassedDescriptors sockets = new(("echo", _socket), ("local", local));
        await using TestNode node = await _setup.StartAsync(new NodeLaunch { Sockets = sockets });
        Assert.Equal(EndPoint, node.EndPoint());
        await EchoesAsync(await TlsClient.ConnectAsync(EndPoint, _alice));
        Assert.Contains("socket local was passed to this process and no Listen names it", node.Process.Output, StringComparison.Ordinal);

        _setup.Application("local", _upstream.EndPoint).Set("Applications:local:Listen", "systemd:local").Write();

        await Eventually.UntilAsync(
            async () => (await node.StatusAsync())["applications"]!.AsArray().Any(each => (string?)each!["listen"] == $"unix:{path}"),
            "the new application listens at the unix socket");
        Socket client = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await EchoesAsync(await TlsClient.SecureAsync(client, _alice));
        node.Process.Terminate();
        Assert.Equal(0, await node.Process.WaitForExitAsync());
        Assert.True(Path.Exists(path), "the node removed the file of a socket that is not its own");
        using Socket late = await SocketExtensions.ConnectAsync(EndPoint);
    }

    [Fact]
    public async Task Upgrade_ConnectionsComeAllTheTime_LosesNone()
    {
        _setup.Set("Drain:Timeout", "1s");
        using PassedDescriptors sockets = new(("echo", _socket));
        NodeLaunch launch = new() { Sockets = sockets };
        await using TestNode old = await _setup.StartAsync(launch);
        await using TlsClient held = await TlsClient.ConnectAsync(EndPoint, _alice);
        await held.EchoAsync([1]);
        using CancellationTokenSource enough = new();
        Task<int>[] callers = [.. Enumerable.Range(0, 4).Select(_ => CallAgainAndAgainAsync(enough.Token))];
        await Eventually.UntilAsync(async () => (await old.MetricsAsync()).Sum("kestrell4_connections_total") > 20, "connections come");

        // One connection stays, so that the old node drains for a while and others come meanwhile.
        old.Process.Terminate();
        Assert.Equal(5, await old.Process.WaitForExitAsync());
        await using TestNode next = await _setup.StartAsync(launch);
        await Eventually.UntilAsync(async () => (await next.MetricsAsync()).Sum("kestrell4_connections_total") > 20, "connections come to the new node");
        await enough.CancelAsync();

        int[] calls = await Task.WhenAll(callers);
        double counted = (await next.MetricsAsync()).Sum("kestrell4_connections_total");
        Assert.True(calls.Sum() > counted, $"{calls.Sum()} calls, of which the new node had {counted}");
    }

    [Theory]
    [InlineData("systemd:Web", "no socket of that name was passed to this process; those passed are datagrams, web")]
    [InlineData("systemd:datagrams", "what was passed is no listening stream socket")]
    public async Task Start_SocketNotPassedOrOfNoUse_EndsAndSaysWhatThereIs(string listen, string problem)
    {
        using Socket datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        datagrams.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using PassedDescriptors sockets = new(("web", _socket), ("datagrams", datagrams));
        _setup.Set("Applications:echo:Listen", listen);

        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => _setup.StartAsync(new NodeLaunch { Sockets = sockets }));

        Assert.Contains("ended with exit code 2", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"KestrelL4:Applications:echo:Listen: {listen}: {problem}", refused.Message, StringComparison.Ordinal);
    }

    [RequiresToolFact("systemd-socket-activate")]
    public async Task Start_BySystemdsOwnTool_ServesTheConnectionThatStartedIt()
    {
        IPEndPoint endPoint = FreePort.Take();
        _setup.Write();
        using NodeProcess process = new(
            "systemd-socket-activate",
            ["--listen", endPoint.ToString(), "--fdname", "echo", NodeExecutable.Path, "run", "--config", _setup.ConfigurationFile],
            _setup.Directory.Path);
        await Eventually.UntilAsync(() => process.Output.Contains("Listening on", StringComparison.Ordinal), "the tool listens");

        await EchoesAsync(await TlsClient.ConnectAsync(endPoint, _alice, new TlsClientOptions { Deadline = TimeSpan.FromSeconds(30) }));

        process.Terminate();
        Assert.Equal(0, await process.WaitForExitAsync());
    }

    private static Socket Listening(EndPoint endPoint)
    {
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(endPoint);
        socket.Listen();
        return socket;
    }

    private static async Task EchoesAsync(TlsClient client)
    {
        await using (client)
        {
            Assert.Equal([7], await client.EchoAsync([7]));
        }
    }

    // The next one begins when the last one ended; each must get its echo, however long it waits.
    private async Task<int> CallAgainAndAgainAsync(CancellationToken enough)
    {
        int calls = 0;
        while (!enough.IsCancellationRequested)
        {
            await using TlsClient client = await TlsClient.ConnectAsync(EndPoint, _alice, new TlsClientOptions { Deadline = TimeSpan.FromSeconds(45) });
            Assert.Equal([7], await client.EchoAsync([7]));
            await client.CompleteSendingAsync();
            Assert.Equal(TlsEnd.CloseNotifyThenFin, await client.ObserveEndAsync());
            calls++;
        }

        return calls;
    }
}
