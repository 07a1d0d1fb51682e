using System.Security.Cryptography;

namespace KestrelL4.FunctionalTests;

/// <summary>Every byte arrives once, in order and unchanged, both ways at the same time, and is counted.</summary>
public sealed class LargeTransferTests(EchoFixture fixture) : IClassFixture<EchoFixture>
{
    private const int Connections = 64;
    private const int BytesEachWay = 2 * 1024 * 1024;

    [Fact]
    public async Task Relay_ManyConnectionsBothWays_ArrivesUnchanged()
    {
        MetricWatch received = await fixture.Node.WatchAsync("kestrell4_bytes_total", ("application", "echo"), ("direction", "received"));
        MetricWatch sent = await fixture.Node.WatchAsync("kestrell4_bytes_total", ("application", "echo"), ("direction", "sent"));
        MetricWatch completed = await fixture.Node.WatchReasonAsync("completed");

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => EchoAsync()));

        await completed.RoseByAsync(Connections);
        await received.RoseByAsync((double)Connections * BytesEachWay);
        await sent.RoseByAsync((double)Connections * BytesEachWay);
    }

    private async Task EchoAsync()
    {
        byte[] payload = RandomNumberGenerator.GetBytes(BytesEachWay);
        await using TlsClient client = await fixture.Node.ConnectAsync(fixture.Alice);
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));

        Task sending = SendAsync(client, payload, deadline.Token);
        byte[] echoed = new byte[BytesEachWay];
        await client.Stream.ReadExactlyAsync(echoed, deadline.Token);
        await sending;

        Assert.True(echoed.AsSpan().SequenceEqual(payload), "the bytes differ");
        Assert.Equal(TlsEnd.CloseNotifyThenFin, await client.ObserveEndAsync());
        Assert.Equal(0, client.Discarded);
    }

    private static async Task SendAsync(TlsClient client, byte[] payload, CancellationToken cancellationToken)
    {
        await client.Stream.WriteAsync(payload, cancellationToken);
        await client.CompleteSendingAsync();
    }
}
