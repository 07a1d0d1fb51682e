namespace KestrelL4.FunctionalTests;

/// <summary>A connection that both sides end in order is completed, also when the client does not wait for the answer.</summary>
public sealed class CompletedTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    [Fact]
    public async Task Client_EndsAndWaits_SeesCloseNotify()
    {
        fixture.Script(async (connection, cancellationToken) => await connection.ReceiveToEndAsync(cancellationToken));
        MetricWatch completed = await fixture.Node.WatchReasonAsync("completed");

        await using TlsClient client = await fixture.ConnectAsync();
        await client.CompleteSendingAsync();

        Assert.Equal(TlsEnd.CloseNotifyThenFin, await client.ObserveEndAsync());
        await completed.RoseByAsync(1);
    }

    [Fact]
    public async Task Client_EndsAndClosesAtOnce_IsCompleted()
    {
        fixture.Script(async (connection, cancellationToken) => await connection.ReceiveToEndAsync(cancellationToken));
        MetricWatch completed = await fixture.Node.WatchReasonAsync("completed");
        MetricWatch all = await fixture.Node.WatchAsync("kestrell4_connections_total");

        for (int count = 0; count < 20; count++)
        {
            await using TlsClient client = await fixture.ConnectAsync();
            await client.SendAsync("bye"u8.ToArray());
            await client.CompleteSendingAsync();
        }

        await completed.RoseByAsync(20);
        await all.RoseByAsync(20);
        Assert.Equal(0, (await fixture.Node.MetricsAsync()).Sum("kestrell4_connections_active"));
    }

    [Fact]
    public async Task Upstream_ClosesAtOnce_ClientSeesCloseNotify()
    {
        fixture.Script(async (connection, cancellationToken) => await connection.SendAllAsync("bye"u8.ToArray(), cancellationToken));
        MetricWatch completed = await fixture.Node.WatchReasonAsync("completed");

        await using TlsClient client = await fixture.ConnectAsync();
        Assert.Equal("bye"u8.ToArray(), await client.ReceiveToEndAsync());
        await client.CompleteSendingAsync();

        Assert.Equal(TlsEnd.CloseNotifyThenFin, await client.ObserveEndAsync());
        await completed.RoseByAsync(1);
    }
}
