using KestrelL4.Testing.Servers;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Forwarding;

/// <summary>With <see cref="ApplicationSettings.CloseOnDown"/> an upstream that goes down loses its connections, and no other does.</summary>
public sealed class CloseOnDownTests : IAsyncDisposable
{
    private readonly FakeTime _time = new();
    private readonly EchoServer _first = new();
    private readonly EchoServer _second = new();
    private readonly Application _application;

    public CloseOnDownTests() => _application = new Application(
        "echo",
        [new Upstream("a", _first.EndPoint), new Upstream("b", _second.EndPoint)],
        new ApplicationSettings { CloseOnDown = true },
        time: _time);

    [Fact]
    public async Task Report_Down_ClosesWhatItHasAlone()
    {
        using Submission cut = await HoldAsync();
        using Submission kept = await HoldAsync();

        _application.Report(_application.Upstreams[0], UpstreamHealth.Down, "connection refused");

        Assert.Equal(CloseReason.UpstreamDown, await cut.EndAsync());
        await cut.Client.UntilResetAsync();
        Assert.True(kept.IsOpen);
        Assert.Equal((0, 1), (_application.Upstreams[0].ActiveConnections, _application.Upstreams[1].ActiveConnections));
    }

    [Theory]
    [InlineData(UpstreamHealth.Down, false)]
    [InlineData(UpstreamHealth.Quarantined, true)]
    public async Task Report_NotAskedForOrQuarantined_ClosesNone(UpstreamHealth health, bool closeOnDown)
    {
        _application.Settings = new ApplicationSettings { CloseOnDown = closeOnDown };
        using Submission kept = await HoldAsync();

        _application.Report(_application.Upstreams[0], health, "connection refused");

        await kept.Client.SendAllAsync(Wire.Hello);
        Assert.Equal(Wire.Hello, await kept.Client.ReceiveAsync(Wire.Hello.Length));
    }

    [Fact]
    public async Task Report_DownWhileItIsDialled_ClosesThatToo()
    {
        _application.Dialled += (upstream, _, _) => _application.Report(upstream, UpstreamHealth.Down, "its probe failed");

        using Submission cut = await Submission.StartAsync(_application);

        Assert.Equal(CloseReason.UpstreamDown, await cut.EndAsync());
        await cut.Client.UntilResetAsync();
        Assert.Equal(0, _application.Upstreams[0].ActiveConnections);
    }

    [Fact]
    public async Task SubmitAsync_DownBeforeAndPickedInPanic_GoesOn()
    {
        _application.Settings = new ApplicationSettings { CloseOnDown = true, PanicThreshold = 0.5 };
        Assert.All(_application.Upstreams, upstream => _application.Report(upstream, UpstreamHealth.Down, "its probe failed"));

        using Submission kept = await HoldAsync();

        Assert.True(kept.IsOpen);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
    }

    private async Task<Submission> HoldAsync()
    {
        Submission held = await Submission.StartAsync(_application);
        await held.Client.SendAllAsync(Wire.Hello);
        Assert.Equal(Wire.Hello, await held.Client.ReceiveAsync(Wire.Hello.Length));
        return held;
    }
}
