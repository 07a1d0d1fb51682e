using System.Net.Sockets;

namespace KestrelL4.FunctionalTests;

/// <summary>A reset stays a reset on the other side, and its reason names the side that aborted.</summary>
public sealed class ResetTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    [Fact]
    public async Task Client_Resets_UpstreamSeesReset()
    {
        TaskCompletionSource<PeerEnd> seen = new();
        fixture.Script(async (connection, cancellationToken) =>
        {
            await connection.SendAllAsync("ready"u8.ToArray(), cancellationToken);
            seen.SetResult(await connection.ObserveEndAsync(cancellationToken));
        });
        MetricWatch aborted = await fixture.Node.WatchReasonAsync("client_aborted");

        await using TlsClient client = await fixture.ConnectAsync();
        await client.ReceiveAsync(5);
        client.Reset();

        Assert.Equal(PeerEnd.Reset, await seen.Task.WaitAsync(Eventually.DefaultDeadline));
        await aborted.RoseByAsync(1);
    }

    [Fact]
    public async Task Upstream_Resets_ClientSeesReset()
    {
        fixture.Script(async (connection, cancellationToken) =>
        {
            await connection.ReceiveAsync(new byte[5], cancellationToken);
            connection.Reset();
        });
        MetricWatch aborted = await fixture.Node.WatchReasonAsync("upstream_aborted");

        await using TlsClient client = await fixture.ConnectAsync();
        await client.SendAsync("ready"u8.ToArray());

        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());
        await aborted.RoseByAsync(1);
    }

    [Fact]
    public async Task Client_ResetsAfterItsEnd_UpstreamSeesReset()
    {
        TaskCompletionSource<PeerEnd> seen = new();
        fixture.Script(async (connection, cancellationToken) =>
        {
            await connection.ReceiveToEndAsync(cancellationToken);
            await connection.SendAllAsync("ready"u8.ToArray(), cancellationToken);
            seen.SetResult(await SendUntilResetAsync(connection, cancellationToken));
        });
        MetricWatch aborted = await fixture.Node.WatchReasonAsync("client_aborted");

        await using TlsClient client = await fixture.ConnectAsync();
        await client.CompleteSendingAsync();
        await client.ReceiveAsync(5);
        client.Reset();

        Assert.Equal(PeerEnd.Reset, await seen.Task.WaitAsync(Eventually.DefaultDeadline));
        await aborted.RoseByAsync(1);
    }

    private static async Task<PeerEnd> SendUntilResetAsync(Socket connection, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await connection.SendAllAsync(new byte[64 * 1024], cancellationToken);
            }
        }
        catch (SocketException)
        {
            return PeerEnd.Reset;
        }
    }
}
