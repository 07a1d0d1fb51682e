using System.Net.Sockets;
using KestrelL4.RateLimiting;
using KestrelL4.Testing.Servers;
using KestrelL4.Tests.Forwarding;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests;

/// <summary>Settings and upstreams that change while connections are open.</summary>
public sealed class ApplicationChangesTests : IAsyncDisposable
{
    private readonly FakeTime _time = new();
    private readonly EchoServer _echo = new();
    private readonly Application _application;

    public ApplicationChangesTests() => _application = new Application("echo", [new Upstream("one", _echo.EndPoint)], time: _time);

    [Fact]
    public async Task Settings_NewLimit_CountsTheOpenConnections()
    {
        using Submission open = await StartAsync();
        Assert.Equal(1, _application.Limit.Held);

        _application.Settings = new ApplicationSettings { RateLimit = new RateLimit { MaxConcurrentConnections = 1 } };
        using (Submission refused = await Submission.StartAsync(_application))
        {
            refused.Client.Shutdown(SocketShutdown.Send);
            Assert.Equal(CloseReason.RateLimited, await refused.EndAsync());
        }

        Assert.True(open.IsOpen);
        _application.Settings = new ApplicationSettings { RateLimit = new RateLimit { MaxConcurrentConnections = 2 } };
        using Submission second = await StartAsync();
        Assert.Equal(2, _application.Limit.Held);
    }

    [Fact]
    public async Task Settings_NewTimeouts_AreForNewConnections()
    {
        using Submission before = await StartAsync();
        _application.Settings = new ApplicationSettings { Timeouts = new Timeouts { Idle = TimeSpan.FromSeconds(10) } };
        using Submission after = await StartAsync();
        int bytes = 2 * Wire.Hello.Length;
        await Eventually.UntilAsync(
            () => _application.Counters.BytesReceived == bytes && _application.Counters.BytesSent == bytes, "both echoes are counted");

        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(PeerEnd.Fin, await after.Client.EndOfPeerAsync());
        after.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.IdleTimeout, await after.EndAsync());
        await EchoAsync(before);
    }

    [Fact]
    public void Settings_Null_IsRefused()
    {
        Assert.Throws<ArgumentNullException>(() => _application.Settings = null!);
        Assert.Throws<ArgumentNullException>(() => _application.Upstreams = null!);
    }

    [Fact]
    public async Task Upstreams_Replaced_OpenConnectionsGoOnAndNewOnesGoElsewhere()
    {
        await using EchoServer other = new();
        Upstream one = Assert.Single(_application.Upstreams);
        using Submission before = await StartAsync();

        _application.Upstreams = [new Upstream("two", other.EndPoint)];
        using Submission after = await StartAsync();

        Assert.Equal((1, 1), (_echo.Accepted, other.Accepted));
        Assert.Equal([one], _application.FormerUpstreams);
        Assert.Same(one, _application.FindUpstream("one", _echo.EndPoint));
        Assert.Equal("two", _application.NextUpstream()?.Name);
        await EchoAsync(before);
        before.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.Completed, await before.EndAsync());
        _time.Advance(UpstreamSet.Memory);
        Assert.Empty(_application.FormerUpstreams);
    }

    [Fact]
    public void IsRemoved_UsedOnce_IsForgottenTenMinutesAfterItsLastConnection()
    {
        ProxiedConnection connection = _application.Open("C1", null);
        Assert.False(_application.IsForgotten);
        _application.IsRemoved = true;
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(_application.IsForgotten);

        connection.Dispose();

        _time.Advance(UpstreamSet.Memory - TimeSpan.FromSeconds(1));
        Assert.False(_application.IsForgotten);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_application.IsForgotten);
    }

    [Fact]
    public void IsRemoved_TakenBack_IsNotForgotten()
    {
        _application.Open("C1", null).Dispose();
        _application.IsRemoved = true;
        Assert.True(_application.IsRemoved);

        _application.IsRemoved = false;

        _time.Advance(UpstreamSet.Memory);
        Assert.Equal((false, false), (_application.IsRemoved, _application.IsForgotten));
    }

    [Fact]
    public void IsRemoved_NeverUsed_IsForgottenAtOnce()
    {
        _application.IsRemoved = true;

        Assert.True(_application.IsForgotten);
    }

    public ValueTask DisposeAsync() => _echo.DisposeAsync();

    private static async Task EchoAsync(Submission submission)
    {
        await submission.Client.SendAllAsync(Wire.Hello);
        Assert.Equal(Wire.Hello, await submission.Client.ReceiveAsync(Wire.Hello.Length));
    }

    private async Task<Submission> StartAsync()
    {
        Submission submission = await Submission.StartAsync(_application);
        await EchoAsync(submission);
        return submission;
    }
}
