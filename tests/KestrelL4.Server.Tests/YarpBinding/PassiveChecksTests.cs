using System.Net;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using KestrelL4.Testing;
using KestrelL4.Testing.Servers;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Tests.YarpBinding;

public sealed class PassiveChecksTests : IAsyncLifetime
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(10);
    private static readonly HealthCheckConfiguration Default = new();
    private static readonly HealthCheckConfiguration Off = new() { Passive = new PassiveCheckConfiguration { Failures = 0 } };

    private readonly CheckedScene _scene = new();
    private readonly RefusingPort _refusing = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _scene.DisposeAsync();
        _refusing.Dispose();
    }

    [Fact]
    public async Task Dials_FailInARow_QuarantineAndExpire()
    {
        ServedApplication served = _scene.Serve("echo", Default, _refusing.EndPoint);
        Upstream upstream = served.Application.Upstreams[0];
        await FailAsync(served, 2);
        Assert.Equal(UpstreamHealth.Healthy, upstream.Health);

        await FailAsync(served, 1);

        Assert.Equal(UpstreamHealth.Quarantined, upstream.Health);
        Assert.Equal("dials failed, the last one: refused", upstream.HealthReason);
        Assert.Equal(CloseReason.NoUpstream, await CheckedScene.ConnectAsync(served));
        _scene.Time.Advance(TimeSpan.FromSeconds(10) - Moment);
        Assert.Equal(UpstreamHealth.Quarantined, upstream.Health);
        _scene.Time.Advance(Moment);
        Assert.Equal(UpstreamHealth.Healthy, upstream.Health);
        Assert.Null(upstream.HealthReason);
        Assert.Equal(2, _scene.Changes);
    }

    [Fact]
    public async Task Dials_FailAfterEachExpiry_QuarantineForTwiceAsLongUpToTheMost()
    {
        ServedApplication served = _scene.Serve("echo", Default, _refusing.EndPoint);
        Upstream upstream = served.Application.Upstreams[0];
        await FailAsync(served, 3);

        foreach (int seconds in (int[])[10, 20, 40, 80, 160, 300, 300])
        {
            Assert.Equal(UpstreamHealth.Quarantined, upstream.Health);
            _scene.Time.Advance(TimeSpan.FromSeconds(seconds) - Moment);
            Assert.Equal(UpstreamHealth.Quarantined, upstream.Health);
            _scene.Time.Advance(Moment);
            Assert.Equal(UpstreamHealth.Healthy, upstream.Health);
            await FailAsync(served, 1);
        }
    }

    [Fact]
    public async Task Dial_SucceedsAfterAnExpiry_ForgetsWhatWas()
    {
        IPEndPoint port = FreePort.Take();
        ServedApplication served = _scene.Serve("echo", Default, port);
        Upstream upstream = served.Application.Upstreams[0];
        await FailAsync(served, 3);
        _scene.Time.Advance(TimeSpan.FromSeconds(10));

        await using (EchoServer revived = new(port))
        {
            Assert.Equal(CloseReason.Completed, await CheckedScene.ConnectAsync(served));
        }

        await FailAsync(served, 2);
        Assert.Equal(UpstreamHealth.Healthy, upstream.Health);
        await FailAsync(served, 1);
        Assert.Equal(UpstreamHealth.Quarantined, upstream.Health);
        _scene.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(UpstreamHealth.Healthy, upstream.Health);
    }

    // YARP takes no reactivation back: that of the first quarantine comes while the second one lasts.
    [Fact]
    public async Task Quarantine_AfterOneThatWasEndedEarly_LastsItsWholeTime()
    {
        ServedApplication served = _scene.Serve("echo", Default, _refusing.EndPoint);
        Upstream upstream = served.Application.Upstreams[0];
        await FailAsync(served, 3);
        EndQuarantine(served);
        _scene.Time.Advance(TimeSpan.FromSeconds(8));

        await FailAsync(served, 3);

        _scene.Time.Advance(TimeSpan.FromSeconds(10) - Moment);
        Assert.Equal(UpstreamHealth.Quarantined, upstream.Health);
        await _scene.PassUntilAsync(upstream, UpstreamHealth.Healthy);
        Assert.InRange(_scene.Time.GetUtcNow() - _scene.Time.Start, TimeSpan.FromSeconds(18), TimeSpan.FromSeconds(18.5));
    }

    // Nor does it take a second reactivation for one destination: that of a long quarantine must not hold up the end of a short one.
    [Fact]
    public async Task Quarantine_AfterALongOneThatWasEndedEarly_EndsInTime()
    {
        ServedApplication served = _scene.Serve("echo", Default, _refusing.EndPoint);
        Upstream upstream = served.Application.Upstreams[0];
        await FailAsync(served, 3);
        foreach (int seconds in (int[])[10, 20, 40, 80])
        {
            _scene.Time.Advance(TimeSpan.FromSeconds(seconds));
            await FailAsync(served, 1);
        }

        EndQuarantine(served);
        await FailAsync(served, 3);

        Assert.Equal(UpstreamHealth.Quarantined, upstream.Health);
        _scene.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(UpstreamHealth.Healthy, upstream.Health);
    }

    [Fact]
    public async Task Probe_Succeeds_EndsTheQuarantine()
    {
        await using ScriptedServer healthy = new(static async (connection, stopped) => await connection.SendAllAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), stopped));
        ActiveCheckConfiguration elsewhere = CheckedScene.TcpProbe with { Probe = ProbeKind.Http, Path = "/", Port = healthy.EndPoint.Port };
        ServedApplication served = _scene.Serve("echo", new() { Active = elsewhere }, _refusing.EndPoint);
        await Eventually.WithinAsync(_scene.Checks.WhenAllAnswered, "all have answered");
        await FailAsync(served, 3);
        Assert.Equal(UpstreamHealth.Quarantined, served.Application.Upstreams[0].Health);

        await _scene.PassUntilAsync(served.Application.Upstreams[0], UpstreamHealth.Healthy);

        Assert.True(_scene.Time.GetUtcNow() - _scene.Time.Start < TimeSpan.FromSeconds(9), "the quarantine expired by itself");
    }

    [Fact]
    public async Task Down_WhileQuarantined_PrevailsAndLeavesTheQuarantine()
    {
        HealthCheckConfiguration lasting = new() { Active = CheckedScene.TcpProbe, Passive = new() { Quarantine = TimeSpan.FromHours(1), MaxQuarantine = TimeSpan.FromHours(1) } };
        ServedApplication served = _scene.Serve("echo", lasting, _refusing.EndPoint);
        Upstream upstream = served.Application.Upstreams[0];
        await FailAsync(served, 3);
        Assert.Equal(UpstreamHealth.Quarantined, upstream.Health);

        await _scene.PassUntilAsync(upstream, UpstreamHealth.Down);
        _scene.Change(served, lasting with { Active = null }, _refusing.EndPoint);

        Assert.Equal(UpstreamHealth.Quarantined, upstream.Health);
        Assert.Equal("dials failed, the last one: refused", upstream.HealthReason);
    }

    [Fact]
    public async Task Failures_Zero_IsOffAndEndsWhatLasts()
    {
        ServedApplication served = _scene.Serve("echo", Default, _refusing.EndPoint);
        await FailAsync(served, 3);
        Assert.Equal(UpstreamHealth.Quarantined, served.Application.Upstreams[0].Health);

        _scene.Change(served, Off, _refusing.EndPoint);

        Assert.Equal(UpstreamHealth.Healthy, served.Application.Upstreams[0].Health);
        await FailAsync(served, 20);
        Assert.Equal(UpstreamHealth.Healthy, served.Application.Upstreams[0].Health);
    }

    [Fact]
    public async Task Follow_OtherNumbers_HoldForTheNextFailures()
    {
        ServedApplication served = _scene.Serve("echo", Default, _refusing.EndPoint);
        await FailAsync(served, 1);

        _scene.Change(served, new() { Passive = new() { Failures = 2, Quarantine = TimeSpan.FromSeconds(1) } }, _refusing.EndPoint);

        await FailAsync(served, 1);
        Assert.Equal(UpstreamHealth.Quarantined, served.Application.Upstreams[0].Health);
        _scene.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(UpstreamHealth.Healthy, served.Application.Upstreams[0].Health);
    }

    private static async Task FailAsync(ServedApplication served, int times)
    {
        for (int count = 0; count < times; count++)
        {
            Assert.Equal(CloseReason.UpstreamConnectFailed, await CheckedScene.ConnectAsync(served));
        }
    }

    private void EndQuarantine(ServedApplication served)
    {
        _scene.Change(served, Off, _refusing.EndPoint);
        Assert.Equal(UpstreamHealth.Healthy, served.Application.Upstreams[0].Health);
        _scene.Change(served, Default, _refusing.EndPoint);
    }
}
