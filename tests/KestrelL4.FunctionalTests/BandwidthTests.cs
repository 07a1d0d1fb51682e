using System.Security.Cryptography;

namespace KestrelL4.FunctionalTests;

/// <summary>Bytes a second are held by back-pressure, shared evenly by all connections of a scope, and no byte is lost.</summary>
public sealed class BandwidthTests(BandwidthFixture fixture) : IClassFixture<BandwidthFixture>
{
    private const int Rate = BandwidthFixture.Rate;

    // What a busy machine may add, without hiding that a direction or a client took from another's rate.
    private const double Slack = 1.7;

    [Fact]
    public async Task Echo_BothDirectionsAtOnce_EachHaveBurstAndRate()
    {
        await using TlsClient client = await fixture.Node.ConnectAsync(fixture.Alice, "each");
        byte[] sent = RandomNumberGenerator.GetBytes(4 * Rate);
        FairStopwatch watch = new(fixture.Node.Process.Id);

        byte[] back = await EchoAsync(client, sent);

        double seconds = watch.Elapsed.TotalSeconds;
        Assert.True(sent.AsSpan().SequenceEqual(back), "what came back differs from what was sent");
        Assert.True(sent.Length <= Rate + (Rate * seconds), $"{sent.Length} bytes in {seconds:0.00} s are more than burst and rate");
        Assert.InRange(seconds, 3, double.MaxValue);
        Assert.InRange(watch.Granted.TotalSeconds, 0, 3 * Slack);
    }

    [Fact]
    public async Task Echo_TwoConnectionsOfTheScope_ShareItEvenly()
    {
        await using TlsClient alice = await fixture.Node.ConnectAsync(fixture.Alice, "shared");
        await using TlsClient bob = await fixture.Node.ConnectAsync(fixture.Bob, "shared");
        using CancellationTokenSource end = new();

        // Without the burst, which goes to whoever is first.
        await EchoAsync(alice, new byte[Rate]);
        FairStopwatch watch = new(fixture.Node.Process.Id);
        Task<long> byAlice = FloodAsync(alice, end.Token);
        Task<long> byBob = FloodAsync(bob, end.Token);
        await Eventually.UntilAsync(() => watch.Elapsed > TimeSpan.FromSeconds(4), "a while has passed");
        await end.CancelAsync();
        (long first, long second) = (await byAlice, await byBob);

        double seconds = watch.Elapsed.TotalSeconds;
        Assert.True(first + second <= Rate + (Rate * seconds), $"{first} and {second} bytes in {seconds:0.00} s are more than burst and rate");
        Assert.InRange(first + second, Rate * Math.Min(4, watch.Granted.TotalSeconds) / Slack, double.MaxValue);
        Assert.InRange(first / (double)second, 0.8, 1.25);
    }

    [Fact]
    public async Task Echo_TwoClientsWithLimitsOfTheirOwn_DoNotDisturbEachOther()
    {
        await using TlsClient alice = await fixture.Node.ConnectAsync(fixture.Alice, "each");
        await using TlsClient bob = await fixture.Node.ConnectAsync(fixture.Bob, "each");
        await Task.WhenAll(EchoAsync(alice, new byte[Rate]), EchoAsync(bob, new byte[Rate]));
        FairStopwatch watch = new(fixture.Node.Process.Id);

        await Task.WhenAll(EchoAsync(alice, new byte[3 * Rate]), EchoAsync(bob, new byte[3 * Rate]));

        Assert.InRange(watch.Elapsed.TotalSeconds, 2, double.MaxValue);
        Assert.InRange(watch.Granted.TotalSeconds, 0, 3 * Slack);
    }

    [Fact]
    public async Task Echo_SmallExchangesBesideAFlood_StaySwift()
    {
        await using TlsClient flooding = await fixture.Node.ConnectAsync(fixture.Alice, "shared");
        await using TlsClient talking = await fixture.Node.ConnectAsync(fixture.Bob, "shared");
        using CancellationTokenSource end = new();
        Task<long> flood = FloodAsync(flooding, end.Token);
        await EchoAsync(talking, [0]);
        List<double> took = [];
        for (byte exchange = 0; exchange < 20; exchange++)
        {
            FairStopwatch watch = new(fixture.Node.Process.Id);
            Assert.Equal([exchange], await EchoAsync(talking, [exchange]));
            took.Add(watch.Granted.TotalSeconds);
        }

        await end.CancelAsync();
        await flood;
        Assert.InRange(took.Order().ElementAt(took.Count / 2), 0, 0.5);
    }

    [Fact]
    public async Task Ends_WhileBytesWait_PassAsEver()
    {
        await using TlsClient client = await fixture.Node.ConnectAsync(fixture.Alice, "each");
        byte[] sent = RandomNumberGenerator.GetBytes(2 * Rate);

        Task<byte[]> received = client.ReceiveToEndAsync();
        await client.SendAsync(sent);
        await client.CompleteSendingAsync();

        byte[] back = await received;
        Assert.True(sent.AsSpan().SequenceEqual(back), "what came back differs from what was sent");
    }

    [Fact]
    public async Task Reset_WhileBytesWait_EndsTheConnection()
    {
        await Eventually.UntilAsync(HasNoConnectionAsync, "the connections of other tests have ended");
        MetricWatch aborted = await fixture.Node.WatchAsync("kestrell4_connections_total", ("application", "each"), ("reason", "client_aborted"));
        await using TlsClient client = await fixture.Node.ConnectAsync(fixture.Alice, "each");
        using CancellationTokenSource end = new();
        Task<long> flood = FloodAsync(client, end.Token);
        await Eventually.UntilAsync(() => client.Socket.Available > 0, "bytes pass");

        client.Reset();

        await aborted.RoseByAsync(1);
        await Assert.ThrowsAnyAsync<Exception>(() => flood);
        await Eventually.UntilAsync(HasNoConnectionAsync, "the connection is gone");
    }

    private async Task<bool> HasNoConnectionAsync() => (int)(await fixture.Node.StatusAsync())["applications"]!.AsArray()
        .Single(static each => (string?)each!["name"] == "each")!["connections"]! == 0;

    private static async Task<byte[]> EchoAsync(TlsClient client, byte[] bytes)
    {
        byte[] back = new byte[bytes.Length];
        using CancellationTokenSource deadline = new(2 * Eventually.DefaultDeadline);
        Task received = client.Stream.ReadExactlyAsync(back, deadline.Token).AsTask();
        await client.SendAsync(bytes);
        await received;
        return back;
    }

    // Sends as fast as it can be sent, and gives how many bytes came back until the end.
    private static async Task<long> FloodAsync(TlsClient client, CancellationToken end)
    {
        byte[] piece = new byte[32 * 1024];
        byte[] buffer = new byte[64 * 1024];
        long back = 0;
        Task sending = Task.Run(
            async () =>
            {
                while (!end.IsCancellationRequested)
                {
                    await client.Stream.WriteAsync(piece, CancellationToken.None);
                }
            },
            CancellationToken.None);
        while (!end.IsCancellationRequested)
        {
            int count = await client.Stream.ReadAsync(buffer, CancellationToken.None);
            back += count > 0 ? count : throw new IOException("the node ended the connection");
        }

        // What is still on its way is read, so that the sender comes to its end.
        while (!sending.IsCompleted)
        {
            _ = await client.Stream.ReadAsync(buffer, CancellationToken.None);
        }

        await sending;
        return back;
    }
}
