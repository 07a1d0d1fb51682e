namespace KestrelL4.FunctionalTests;

/// <summary>A connection ends when it has been idle, has lasted, or has outlived its certificate for as long as it may.</summary>
public sealed class TimeoutTests(TimeoutFixture fixture) : IClassFixture<TimeoutFixture>
{
    [Fact]
    public async Task Idle_NoByteEitherWay_EndsByCloseNotifyThenReset()
    {
        MetricWatch idle = await fixture.Node.WatchReasonAsync("idle_timeout");
        FairStopwatch sinceItBegan = new();
        await using TlsClient client = await fixture.Node.HoldAsync(fixture.Alice, "idle");
        FairStopwatch sinceTheLastByte = new(fixture.Node.Process.Id);

        await client.ReceiveToEndAsync();
        Assert.InRange(sinceItBegan.Elapsed.TotalSeconds, 1.9, double.MaxValue);
        Assert.InRange(sinceTheLastByte.Granted.TotalSeconds, 0, 5);

        await ResetsASecondLaterAsync(client);
        Assert.InRange(sinceItBegan.Elapsed.TotalSeconds, 2.8, double.MaxValue);
        await idle.RoseByAsync(1);
        await Eventually.UntilAsync(() => fixture.Open == 0, "the upstream's connection has ended too");
    }

    [Fact]
    public async Task Idle_BytesOneWayNowAndThen_LivesOn()
    {
        await using TlsClient client = await fixture.Node.HoldAsync(fixture.Alice, "idle");
        await client.SendAsync("t"u8.ToArray());

        // Ten bytes, 500 ms apart: more than twice the time-out in which only the upstream speaks.
        Assert.Equal("tttttttttt"u8.ToArray(), await client.ReceiveAsync(10));
        Assert.Equal("x"u8.ToArray(), await client.EchoAsync("x"u8.ToArray()));
    }

    [Fact]
    public async Task Idle_UpstreamHasEndedAndClientIsSilent_EndsByReset()
    {
        MetricWatch idle = await fixture.Node.WatchReasonAsync("idle_timeout");
        await using TlsClient client = await fixture.Node.HoldAsync(fixture.Alice, "idle");
        await client.SendAsync("e"u8.ToArray());
        Assert.Equal("e"u8.ToArray(), await client.ReceiveToEndAsync());

        await Eventually.UntilAsync(client.Socket.IsReset, "the connection is reset");
        await idle.RoseByAsync(1);
        await Eventually.UntilAsync(() => fixture.Open == 0, "the upstream's connection has ended too");
    }

    [Fact]
    public async Task MaxDuration_ConnectionInUse_EndsBetweenNineTenthsAndTheWhole()
    {
        MetricWatch ended = await fixture.Node.WatchReasonAsync("max_duration");
        FairStopwatch before = new();
        await using TlsClient client = await fixture.Node.HoldAsync(fixture.Alice, "short");
        FairStopwatch after = new(fixture.Node.Process.Id);

        await client.ReceiveToEndAsync();

        // It began somewhere between the two moments. The upper bound leaves half a second to the end's way to the client.
        Assert.InRange(before.Elapsed.TotalSeconds, 1.8, double.MaxValue);
        Assert.InRange(after.Granted.TotalSeconds, 0, 2.5);
        await ResetsASecondLaterAsync(client);
        Assert.InRange(before.Elapsed.TotalSeconds, 2.7, double.MaxValue);
        await ended.RoseByAsync(1);
    }

    [Fact]
    public async Task Expiry_CertificateRunsOut_CutsTheConnection()
    {
        MetricWatch expired = await fixture.Node.WatchReasonAsync("certificate_expired");
        TestCertificate certificate = fixture.Expiring(TimeSpan.FromSeconds(6));
        await using TlsClient client = await fixture.Node.HoldAsync(certificate, "expiring");
        await using TlsClient lenient = await fixture.Node.HoldAsync(certificate, "lenient");

        Assert.Equal(TlsEnd.Reset, await client.ObserveEndAsync());

        Assert.True(TimeProvider.System.GetUtcNow() >= certificate.Certificate.NotAfter, "it was cut before its certificate expired");
        await expired.RoseByAsync(1);
        Assert.Equal("on"u8.ToArray(), await lenient.EchoAsync("on"u8.ToArray()));
    }

    /// <summary>The client has seen close_notify and does not answer.</summary>
    private async Task ResetsASecondLaterAsync(TlsClient client)
    {
        FairStopwatch sinceTheEnd = new(fixture.Node.Process.Id);
        Assert.Equal(TlsEnd.CloseNotifyThenReset, await client.ObserveEndAsync());
        Assert.InRange(sinceTheEnd.Granted.TotalSeconds, 0, 5);
    }
}
