using System.Net;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using KestrelL4.Testing;
using KestrelL4.Testing.Servers;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Tests.YarpBinding;

public sealed class ActiveChecksTests : IAsyncLifetime
{
    private static readonly HealthCheckConfiguration Tcp = new() { Active = CheckedScene.TcpProbe };
    private static readonly HealthCheckConfiguration None = new();

    private readonly CheckedScene _scene = new();
    private readonly RefusingPort _refusing = new();
    private readonly EchoServer _echo = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _scene.DisposeAsync();
        await _echo.DisposeAsync();
        _refusing.Dispose();
    }

    [Fact]
    public async Task Follow_NewApplication_ProbesItAtOnce()
    {
        ServedApplication served = _scene.Serve("echo", Tcp, _echo.EndPoint);

        Assert.True(served.AwaitsProbes);
        Assert.True(await Eventually.WithinAsync(_scene.Checks.WhenAllAnswered, "the upstream has answered, without any time passing"));
        Assert.False(served.AwaitsProbes);
        Assert.Equal(UpstreamHealth.Healthy, served.Application.Upstreams[0].Health);
    }

    [Fact]
    public async Task WhenAllAnswered_NobodyIsProbed_IsSoAtOnce()
    {
        _scene.Serve("echo", None, _refusing.EndPoint);

        Assert.True(_scene.Checks.WhenAllAnswered.IsCompletedSuccessfully);
        Assert.True(await _scene.Checks.WhenAllAnswered);
    }

    [Fact]
    public async Task WhenAllAnswered_EndsBefore_IsFalse()
    {
        using SilentPort silent = await SilentPort.CreateAsync();
        _scene.Serve("echo", Tcp, silent.EndPoint);

        await _scene.Checks.DisposeAsync();

        Assert.False(await Eventually.WithinAsync(_scene.Checks.WhenAllAnswered, "the wait ends"));
    }

    [Fact]
    public async Task Probes_Fail_TakeDownWithTheReasonAndLeaveTheOthers()
    {
        ServedApplication served = _scene.Serve("echo", Tcp, _refusing.EndPoint, _echo.EndPoint);
        await Eventually.WithinAsync(_scene.Checks.WhenAllAnswered, "all have answered");
        Assert.All(served.Application.Upstreams, static upstream => Assert.Equal(UpstreamHealth.Healthy, upstream.Health));
        int before = _scene.Changes;

        await _scene.PassUntilAsync(served.Application.Upstreams[0], UpstreamHealth.Down);

        Assert.Equal("tcp probe: refused", served.Application.Upstreams[0].HealthReason);
        Assert.Equal(UpstreamHealth.Healthy, served.Application.Upstreams[1].Health);
        await Eventually.UntilAsync(() => _scene.Changes == before + 1, "the change is told once");
        Assert.Equal(0, served.Application.Upstreams.Sum(static upstream => Enum.GetValues<DialResult>().Sum(upstream.Dials)));
    }

    [Fact]
    public async Task Probes_SucceedAgain_BringBack()
    {
        IPEndPoint port = FreePort.Take();
        ServedApplication served = _scene.Serve("echo", Tcp, port);
        await _scene.PassUntilAsync(served.Application.Upstreams[0], UpstreamHealth.Down);

        await using EchoServer revived = new(port);

        await _scene.PassUntilAsync(served.Application.Upstreams[0], UpstreamHealth.Healthy);
        Assert.Null(served.Application.Upstreams[0].HealthReason);
    }

    [Fact]
    public async Task Follow_OtherChange_KeepsWhoIsDown()
    {
        ServedApplication served = _scene.Serve("echo", Tcp, _refusing.EndPoint);
        Upstream down = served.Application.Upstreams[0];
        await _scene.PassUntilAsync(down, UpstreamHealth.Down);

        _scene.Change(served, Tcp with { Active = CheckedScene.TcpProbe with { Interval = TimeSpan.FromSeconds(7) } }, _refusing.EndPoint, _echo.EndPoint);

        Assert.Same(down, served.Application.Upstreams[0]);
        Assert.Equal(UpstreamHealth.Down, down.Health);
    }

    [Fact]
    public async Task Follow_ProbesRemoved_MakesHealthyAndStopsThem()
    {
        ServedApplication served = _scene.Serve("echo", Tcp, _refusing.EndPoint, _echo.EndPoint);
        await _scene.PassUntilAsync(served.Application.Upstreams[0], UpstreamHealth.Down);

        _scene.Change(served, None, _refusing.EndPoint, _echo.EndPoint);

        Assert.Equal(UpstreamHealth.Healthy, served.Application.Upstreams[0].Health);
        await _scene.PassUntilAsync(() => _echo.Open == 0, "the probes under way have ended");
        int probes = _echo.Accepted;
        _scene.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(0, _scene.Time.ArmedTimers);
        Assert.Equal(probes, _echo.Accepted);
    }

    [Fact]
    public async Task Follow_OtherAddress_IsAnotherUpstreamThatStartsAvailable()
    {
        ServedApplication served = _scene.Serve("echo", Tcp, _refusing.EndPoint);
        await _scene.PassUntilAsync(served.Application.Upstreams[0], UpstreamHealth.Down);

        _scene.Change(served, Tcp, _echo.EndPoint);
        Assert.Equal(UpstreamHealth.Healthy, served.Application.Upstreams[0].Health);

        // The library remembers the old one, but how it was says nothing about how it is.
        _scene.Change(served, Tcp, _refusing.EndPoint);
        Assert.Equal(UpstreamHealth.Healthy, served.Application.Upstreams[0].Health);
        await _scene.PassUntilAsync(served.Application.Upstreams[0], UpstreamHealth.Down);
    }

    [Fact]
    public async Task Follow_ApplicationRemovedAndGivenBack_IsProbedAgain()
    {
        ServedApplication served = _scene.Serve("echo", Tcp, _refusing.EndPoint);
        await _scene.PassUntilAsync(served.Application.Upstreams[0], UpstreamHealth.Down);

        served.Application.IsRemoved = true;
        _scene.Checks.Follow();
        _scene.Change(served, Tcp, _refusing.EndPoint);

        Assert.Equal(UpstreamHealth.Healthy, served.Application.Upstreams[0].Health);
        await _scene.PassUntilAsync(served.Application.Upstreams[0], UpstreamHealth.Down);
    }

    [Fact]
    public async Task Follow_ShorterInterval_DoesNotWaitForTheLongOne()
    {
        HealthCheckConfiguration rare = new() { Active = CheckedScene.TcpProbe with { Interval = TimeSpan.FromDays(3650) } };
        ServedApplication served = _scene.Serve("echo", rare, _refusing.EndPoint);
        await Eventually.WithinAsync(_scene.Checks.WhenAllAnswered, "all have answered");

        _scene.Change(served, Tcp, _refusing.EndPoint);

        await _scene.PassUntilAsync(served.Application.Upstreams[0], UpstreamHealth.Down);
    }

    [Fact]
    public async Task DisposeAsync_ProbesUnderWay_LeavesNoTimer()
    {
        using SilentPort silent = await SilentPort.CreateAsync();
        _scene.Serve("silent", Tcp, silent.EndPoint);
        _scene.Serve("echo", Tcp, _echo.EndPoint);
        await Eventually.UntilAsync(() => _echo.Accepted > 0, "the probes have begun");

        await _scene.Checks.DisposeAsync();

        await Eventually.UntilAsync(() => _scene.Time.ArmedTimers == 0, "every timer has gone");
    }
}
