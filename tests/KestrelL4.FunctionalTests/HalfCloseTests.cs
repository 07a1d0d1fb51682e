using System.Net.Sockets;
using System.Security.Cryptography;

namespace KestrelL4.FunctionalTests;

/// <summary>When one direction has ended, the other goes on until every byte has arrived.</summary>
public sealed class HalfCloseTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    private readonly byte[] _bulk = RandomNumberGenerator.GetBytes(16 * 1024 * 1024);

    [Fact]
    public async Task Client_EndsFirst_ReceivesTheWholeReply()
    {
        fixture.Script(async (connection, cancellationToken) =>
        {
            byte[] request = await connection.ReceiveToEndAsync(cancellationToken);
            await connection.SendAllAsync(request, cancellationToken);
            await connection.SendAllAsync(_bulk, cancellationToken);
        });
        MetricWatch completed = await fixture.Node.WatchReasonAsync("completed");

        await using TlsClient client = await fixture.ConnectAsync();
        await client.SendAsync("request"u8.ToArray());
        await client.CompleteSendingAsync();
        byte[] reply = await client.ReceiveToEndAsync();

        Assert.Equal("request"u8.ToArray(), reply[..7]);
        Assert.True(reply.AsSpan(7).SequenceEqual(_bulk), $"{reply.Length - 7} of {_bulk.Length} bytes came, or they differ");
        Assert.Equal(TlsEnd.CloseNotifyThenFin, await client.ObserveEndAsync());
        await completed.RoseByAsync(1);
    }

    [Fact]
    public async Task Client_EndsFirstAndReadsLate_ReceivesTheWholeReply()
    {
        TaskCompletionSource sent = new();
        fixture.Script(async (connection, cancellationToken) =>
        {
            await connection.ReceiveToEndAsync(cancellationToken);
            await connection.SendAllAsync(_bulk.AsMemory(0, 64 * 1024), cancellationToken);
            sent.SetResult();
            await connection.SendAllAsync(_bulk.AsMemory(64 * 1024), cancellationToken);
            connection.Shutdown(SocketShutdown.Send);
        });

        await using TlsClient client = await fixture.ConnectAsync();
        await client.CompleteSendingAsync();
        await sent.Task.WaitAsync(Eventually.DefaultDeadline);
        byte[] reply = await client.ReceiveToEndAsync();

        Assert.True(reply.AsSpan().SequenceEqual(_bulk), $"{reply.Length} of {_bulk.Length} bytes came, or they differ");
    }

    [Fact]
    public async Task Upstream_EndsFirst_ReceivesTheWholeRequest()
    {
        TaskCompletionSource<byte[]> received = new();
        fixture.Script(async (connection, cancellationToken) =>
        {
            await connection.SendAllAsync("that is all"u8.ToArray(), cancellationToken);
            connection.Shutdown(SocketShutdown.Send);
            received.SetResult(await connection.ReceiveToEndAsync(cancellationToken));
        });
        MetricWatch completed = await fixture.Node.WatchReasonAsync("completed");

        await using TlsClient client = await fixture.ConnectAsync();
        Assert.Equal("that is all"u8.ToArray(), await client.ReceiveToEndAsync());
        await client.SendAsync(_bulk);
        await client.CompleteSendingAsync();

        byte[] request = await received.Task.WaitAsync(Eventually.DefaultDeadline);
        Assert.True(request.AsSpan().SequenceEqual(_bulk), $"{request.Length} of {_bulk.Length} bytes came, or they differ");
        Assert.Equal(TlsEnd.CloseNotifyThenFin, await client.ObserveEndAsync());
        await completed.RoseByAsync(1);
    }
}
