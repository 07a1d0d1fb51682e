using System.Net;
using System.Net.Sockets;

namespace KestrelL4.FunctionalTests;

/// <summary>
/// A source address that has used its limit is closed before TLS, and a node that has used its own refuses after
/// authentication, over all applications.
/// </summary>
public sealed class NodeRateLimitTests(NodeRateLimitFixture fixture) : IClassFixture<NodeRateLimitFixture>
{
    [Fact]
    public async Task Source_LimitReached_ClosesBeforeTlsUntilOneEnds()
    {
        TlsClient first = await HoldFromAsync("127.0.0.2", "echo");
        await using TlsClient second = await HoldFromAsync("127.0.0.2", "other");
        MetricWatch limited = await Node.WatchAsync("kestrell4_rate_limited_total", ("scope", "source"));
        MetricWatch reasons = await Node.WatchReasonAsync("source_limited");
        int accepted = fixture.Upstream.Accepted;

        using (Socket third = await SocketExtensions.ConnectAsync(Node.EndPoint(), IPAddress.Parse("127.0.0.2")))
        {
            using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
            Assert.Empty(await ReceiveUntilClosedAsync(third, deadline.Token));
        }

        await limited.RoseByAsync(1);
        await reasons.RoseByAsync(1);
        Assert.Equal(accepted, fixture.Upstream.Accepted);
        await using (TlsClient otherSource = await HoldFromAsync("127.0.0.3", "echo"))
        {
        }

        await first.DisposeAsync();
        await Eventually.UntilAsync(() => ServesFromAsync("127.0.0.2"), "the source's permit returns");
    }

    [Fact]
    public async Task Node_LimitReachedOverAllApplications_RefusesUntilOneEnds()
    {
        TlsClient first = await HoldFromAsync("127.0.1.1", "echo");
        await using TlsClient second = await HoldFromAsync("127.0.1.2", "other");
        await using TlsClient third = await HoldFromAsync("127.0.1.3", "echo");
        MetricWatch limited = await Node.WatchAsync("kestrell4_rate_limited_total", ("application", "other"), ("scope", "node"));
        MetricWatch reasons = await Node.WatchReasonAsync("rate_limited");

        await Node.RefusesAsync(fixture.Alice, "other");

        await limited.RoseByAsync(1);
        await reasons.RoseByAsync(1);
        await first.DisposeAsync();
        await Eventually.UntilAsync(() => ServesFromAsync("127.0.1.4"), "the node's permit returns");
    }

    private TestNode Node => fixture.Node;

    private static async Task<byte[]> ReceiveUntilClosedAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            return await socket.ReceiveToEndAsync(cancellationToken);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return [];
        }
    }

    private async Task<TlsClient> HoldFromAsync(string address, string application)
    {
        TlsClient client = await TlsClient.ConnectAsync(
            Node.EndPoint(application), fixture.Alice, new TlsClientOptions { From = IPAddress.Parse(address) });
        try
        {
            await client.EchoAsync([1]);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    private async Task<bool> ServesFromAsync(string address)
    {
        try
        {
            await using TlsClient client = await HoldFromAsync(address, "echo");
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
