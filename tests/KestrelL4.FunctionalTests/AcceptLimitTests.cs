using System.Net.Sockets;

namespace KestrelL4.FunctionalTests;

/// <summary>
/// A node takes no more connections than it was told to, closes those beyond before TLS, and takes the next when one ends.
/// </summary>
public sealed class AcceptLimitTests
{
    [Fact]
    public async Task Accept_MaxConnectionsReached_ClosesBeforeTlsUntilOneEnds()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = new NodeSetup().Application("echo", upstream.EndPoint).Set("Accept:MaxConnections", 2);
        TestCertificate alice = setup.Client("alice", "*");
        await using TestNode node = await setup.StartAsync();
        TlsClient first = await node.HoldAsync(alice);
        await using TlsClient second = await node.HoldAsync(alice);
        MetricWatch limited = await node.WatchReasonAsync("node_limited");

        using (Socket third = await SocketExtensions.ConnectAsync(node.EndPoint()))
        {
            using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
            Assert.NotEqual(PeerEnd.None, await third.ObserveEndAsync(deadline.Token));
        }

        await limited.RoseByAsync(1);
        Assert.Equal([1], await second.EchoAsync([1]));
        await first.DisposeAsync();
        await using TlsClient again = await node.HoldEventuallyAsync(alice);
    }

    [Fact]
    public async Task Accept_MaxConcurrentHandshakesReached_ClosesBeforeTls()
    {
        await using EchoServer upstream = new();
        NodeSetup setup = new NodeSetup().Application("echo", upstream.EndPoint).Set("Accept:MaxConcurrentHandshakes", 1);
        TestCertificate alice = setup.Client("alice", "*");
        await using TestNode node = await setup.StartAsync();
        await using TlsClient held = await node.HoldAsync(alice);
        using Socket silent = await SocketExtensions.ConnectAsync(node.EndPoint());
        MetricWatch limited = await node.WatchReasonAsync("node_limited");

        using (Socket next = await SocketExtensions.ConnectAsync(node.EndPoint()))
        {
            using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
            Assert.NotEqual(PeerEnd.None, await next.ObserveEndAsync(deadline.Token));
        }

        await limited.RoseByAsync(1);
        Assert.Equal([1], await held.EchoAsync([1]));
    }
}
