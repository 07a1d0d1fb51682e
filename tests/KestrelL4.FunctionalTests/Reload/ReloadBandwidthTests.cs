namespace KestrelL4.FunctionalTests.Reload;

/// <summary>A changed rate holds for open connections at once, and a changed limit for those who wait; what is withdrawn is cut in spite of either.</summary>
public sealed class ReloadBandwidthTests(ReloadFixture fixture) : ReloadTestBase(fixture), IClassFixture<ReloadFixture>
{
    private const int Rate = 100_000;

    private readonly ReloadFixture _fixture = fixture;

    [Theory]
    [InlineData("RateLimit")]
    [InlineData("Applications:echo:RateLimit")]
    [InlineData("Applications:echo:ClientRateLimit")]
    [InlineData("Clients:alice:RateLimit")]
    [InlineData("Clients:alice:RateLimits:echo")]
    public async Task BytesPerSecond_Changed_HoldsForTheOpenConnection(string limit)
    {
        await using TlsClient client = await Node.HoldAsync(_fixture.Alice);

        // A client that no limit of this test concerns shares the node's, and takes little of it.
        await _fixture.ApplyAsync($"{limit}:BytesPerSecond", Rate);
        Assert.InRange((await TimedEchoAsync(client, 3 * Rate)).Elapsed, TimeSpan.FromSeconds(1.9), TimeSpan.MaxValue);
        await _fixture.ApplyAsync(limit, null);
        await TimedEchoAsync(client, 3 * Rate);

        Assert.InRange((await TimedEchoAsync(client, 3 * Rate)).Granted, TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task Client_WithdrawnWhileItsBytesWait_IsCutWithinASecond()
    {
        TestCertificate leaving = _fixture.Client("leaving", "echo");
        await _fixture.ApplyAsync("Applications:echo:ClientRateLimit:BytesPerSecond", 1_000);
        await using TlsClient client = await Node.HoldAsync(leaving);
        MetricWatch revoked = await Node.WatchReasonAsync("revoked");
        await client.SendAsync(new byte[50_000]);
        Task<TlsEnd> end = client.ObserveEndAsync();
        await Eventually.UntilAsync(() => client.Discarded > 500, "some bytes have passed");

        await _fixture.ApplyAsync("Clients:leaving", null);

        FairStopwatch watch = new(Node.Process.Id);
        Assert.Equal(TlsEnd.Reset, await end);
        Assert.InRange(watch.Granted, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await revoked.RoseByAsync(1);
        await _fixture.ApplyAsync("Applications:echo:ClientRateLimit", null);
    }

    [Fact]
    public async Task MaxConcurrentConnections_RaisedWhileSomebodyWaits_LetsItIn()
    {
        const string Limit = "Clients:alice:RateLimit";
        await _fixture.ApplyAsync(setup => setup.Set($"{Limit}:MaxConcurrentConnections", 1).Set($"{Limit}:WaitUpTo", "1m"));
        await using TlsClient held = await Node.HoldAsync(_fixture.Alice);
        await using TlsClient waiting = await Node.ConnectAsync(_fixture.Alice);
        Task<byte[]> served = waiting.EchoAsync([1]);

        // The line is as long as the limit.
        await Eventually.UntilAsync(RefusesAsync, "it waits, so that one more is refused");
        Assert.False(served.IsCompleted);

        await _fixture.ApplyAsync($"{Limit}:MaxConcurrentConnections", 2);

        Assert.Equal([1], await served);
        await _fixture.ApplyAsync($"{Limit}:WaitUpTo", null);
        await Node.RefusesAsync(_fixture.Alice);
        await GoesOnAsync(held);
        await _fixture.ApplyAsync(Limit, null);
    }

    [Fact]
    public async Task Client_WithdrawnWhileItWaits_IsCutWithinASecond()
    {
        TestCertificate leaving = _fixture.Client("queuing", "echo");
        const string Limit = "Clients:queuing:RateLimit";
        await _fixture.ApplyAsync(setup => setup.Set($"{Limit}:MaxConcurrentConnections", 1).Set($"{Limit}:WaitUpTo", "1m"));
        await using TlsClient held = await Node.HoldAsync(leaving);
        await using TlsClient waiting = await Node.ConnectAsync(leaving);
        Task<TlsEnd> end = waiting.ObserveEndAsync();
        MetricWatch revoked = await Node.WatchReasonAsync("revoked");

        await _fixture.ApplyAsync("Clients:queuing", null);

        FairStopwatch watch = new(Node.Process.Id);
        Assert.Equal(TlsEnd.Reset, await end);
        Assert.InRange(watch.Granted, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await revoked.RoseByAsync(2);
    }

    private async Task<bool> RefusesAsync()
    {
        await using TlsClient client = await Node.ConnectAsync(_fixture.Alice);
        using CancellationTokenSource moment = new(TimeSpan.FromSeconds(1));
        try
        {
            return await client.Stream.ReadAsync(new byte[1], moment.Token) == 0;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<(TimeSpan Elapsed, TimeSpan Granted)> TimedEchoAsync(TlsClient client, int bytes)
    {
        FairStopwatch watch = new(Node.Process.Id);
        await client.EchoAsync(new byte[bytes]);
        return (watch.Elapsed, watch.Granted);
    }
}
