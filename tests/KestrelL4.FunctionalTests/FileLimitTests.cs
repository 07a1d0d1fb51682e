using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using KestrelL4.FunctionalTests.Agent;

namespace KestrelL4.FunctionalTests;

/// <summary>A node that runs out of file descriptors stays up, and serves again as soon as some are free.</summary>
public sealed class FileLimitTests
{
    private static readonly TimeSpan CrowdStays = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Connect_MoreThanDescriptorsAllow_StaysUpAndServesAgain()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = new NodeSetup().Application("echo", upstream.EndPoint);
        TestCertificate alice = setup.Client("alice", "*");
        await using TestNode node = await setup.StartAsync(new NodeLaunch { DescriptorLimit = 512 });
        MetricWatch served = await node.WatchAsync("kestrell4_upstream_connections_total", ("result", "connected"));
        MetricWatch withoutUpstream = await node.WatchReasonAsync("upstream_connect_failed");

        // Whoever asks whether the process turns is told also while no client is let in.
        using CancellationTokenSource pushed = new();
        Task<int> probes = ProbeAsync(node, pushed.Token);
        Task[] crowd = [.. Enumerable.Range(0, 600).Select(_ => PushAsync(node.EndPoint(), alice))];
        await node.UntilAsync("capacity", "degraded");
        Assert.Contains("too many open files", (string)(await node.ComponentAsync("capacity"))["reason"]!, StringComparison.Ordinal);
        await Task.WhenAll(crowd);
        await pushed.CancelAsync();

        Assert.InRange(await probes, 5, int.MaxValue);
        Assert.False(node.Process.HasExited, $"the node ended; it printed:\n{node.Process.Output}");
        await using TlsClient client = await node.HoldEventuallyAsync(alice);
        Assert.Equal("again"u8.ToArray(), await client.EchoAsync("again"u8.ToArray()));
        using HttpResponseMessage live = await node.Admin.GetAsync(new Uri("livez", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);

        // Whoever was let in found a descriptor for the upstream, and one shortage is told once.
        Assert.InRange(await served.RiseAsync(), 50, 600);
        Assert.Equal(0, await withoutUpstream.RiseAsync());
        Assert.InRange(node.Process.Lines.Count(line => line.Contains("Cannot accept", StringComparison.Ordinal)), 1, 3);
    }

    [RequiresToolFact("prlimit")]
    public async Task Limit_LoweredAndRaisedWhileTheNodeRuns_StaysUpAndServesAgain()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = new NodeSetup().Application("echo", upstream.EndPoint);
        TestCertificate alice = setup.Client("alice", "*");
        await using TestNode node = await setup.StartAsync(new NodeLaunch { DescriptorLimit = 4096 });
        await using TlsClient held = await node.HoldAsync(alice);
        await LimitAsync(node, Directory.GetFiles($"/proc/{node.Process.Id}/fd").Length + 100);

        Task[] crowd = [.. Enumerable.Range(0, 100).Select(_ => PushAsync(node.EndPoint(), alice))];
        await node.UntilAsync("capacity", "degraded");
        Assert.Equal([1], await held.EchoAsync([1]));
        await LimitAsync(node, 4096);

        await using TlsClient client = await node.HoldEventuallyAsync(alice);
        await Task.WhenAll(crowd);
        await node.UntilAsync("capacity", "healthy");
        Assert.Equal([1], await held.EchoAsync([1]));
    }

    private static async Task LimitAsync(TestNode node, int descriptors)
    {
        ToolResult result = await Tool.RunAsync("prlimit", ["--pid", $"{node.Process.Id}", $"--nofile={descriptors}:"]);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    /// <summary>Asks for /livez over and over, each time on a connection of its own; gives how often it was well, which is always.</summary>
    private static async Task<int> ProbeAsync(TestNode node, CancellationToken cancellation)
    {
        int well = 0;
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(200));
        while (!cancellation.IsCancellationRequested)
        {
            using HttpClient prober = new() { BaseAddress = node.Admin.BaseAddress, Timeout = TimeSpan.FromSeconds(3) };
            using HttpResponseMessage live = await prober.GetAsync(new Uri("livez", UriKind.Relative), CancellationToken.None);
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
            well++;
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }

        return well;
    }

    /// <summary>Connects and holds what it gets for as long as the whole crowd pushes, be it served, refused or kept waiting.</summary>
    private static async Task PushAsync(IPEndPoint server, TestCertificate certificate)
    {
        using CancellationTokenSource hold = new(CrowdStays);
        try
        {
            await using TlsClient client = await TlsClient.ConnectAsync(
                server, certificate, new TlsClientOptions { Deadline = CrowdStays });
            await client.Stream.ReadExactlyAsync(new byte[1], hold.Token);
        }
        catch (Exception exception) when (
            exception is IOException or SocketException or AuthenticationException or OperationCanceledException)
        {
            // Whatever happens to the crowd: the node is what counts.
        }
    }
}
