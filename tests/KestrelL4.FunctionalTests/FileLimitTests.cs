using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

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

        Task[] crowd = [.. Enumerable.Range(0, 600).Select(_ => PushAsync(node.EndPoint(), alice))];
        await Task.WhenAll(crowd);

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
