using System.Net.Sockets;
using KestrelL4.RateLimiting;
using KestrelL4.Testing.Servers;
using KestrelL4.Tests.Forwarding;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests;

/// <summary>The library as a program uses it that brings its own sockets and limits, without Kestrel.</summary>
public sealed class ApplicationTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public async Task SubmitAsync_CallersNestedLimits_AreAskedBeforeTheApplicationsAndFreedAtTheEnd()
    {
        await using EchoServer echo = new();
        Application application = new(
            "echo",
            [new Upstream("one", echo.EndPoint)],
            new ApplicationSettings { RateLimit = new RateLimit { ConnectionsPerWindow = 2 } },
            time: _time);
        Limit perProcess = new(RateLimitScope.Node, new RateLimit { MaxConcurrentConnections = 10 }, _time);
        Limit perTenant = new(RateLimitScope.Client, new RateLimit { MaxConcurrentConnections = 1 }, _time);
        LimitStack limits = new(new LimitStack(perProcess), perTenant);

        using Submission first = await Submission.StartAsync(application, limits);
        await first.Client.SendAllAsync(Wire.Hello);
        Assert.Equal(Wire.Hello, await first.Client.ReceiveAsync(Wire.Hello.Length));
        Assert.Equal((1, 1), (perProcess.Held, perTenant.Held));
        Assert.Equal(CloseReason.RateLimited, await RefusedAsync(application, limits));
        Assert.Equal(1, application.Counters.ConnectionsRateLimited(RateLimitScope.Client));

        first.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.Completed, await first.EndAsync());
        Assert.Equal((0, 0), (perProcess.Held, perTenant.Held));

        // The tenant's refusal took nothing of the application's window.
        using Submission second = await Submission.StartAsync(application, limits);
        second.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.Completed, await second.EndAsync());
        Assert.Equal(CloseReason.RateLimited, await RefusedAsync(application, limits));
        Assert.Equal(1, application.Counters.ConnectionsRateLimited(RateLimitScope.Application));
        Assert.Equal((4, 2), (application.Counters.ConnectionsAccepted, echo.Accepted));
    }

    [Fact]
    public async Task SubmitAsync_NoLimitsGiven_Passes()
    {
        await using EchoServer echo = new();
        Application application = new("echo", [new Upstream("one", echo.EndPoint)]);

        using Submission submission = await Submission.StartAsync(application);
        submission.Client.Shutdown(SocketShutdown.Send);

        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
        Assert.Equal("echo", application.Name);
        Assert.Equal(new ApplicationSettings(), application.Settings);
    }

    [Fact]
    public async Task DrainAsync_ConnectionsOutliveThePatience_AreClosedAndCounted()
    {
        await using EchoServer echo = new();
        Application application = new("echo", [new Upstream("one", echo.EndPoint)], time: _time);
        using Submission ends = await Submission.StartAsync(application);
        using Submission stays = await Submission.StartAsync(application);
        await Eventually.UntilAsync(() => echo.Accepted == 2, "both reach the upstream");
        Task<int> draining = application.Connections.DrainAsync(TimeSpan.FromSeconds(30), CloseReason.NodeStopped, _time);
        ends.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.Completed, await ends.EndAsync());
        Assert.False(draining.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(1, await Eventually.WithinAsync(draining, "the drain ends"));
        Assert.Equal(CloseReason.NodeStopped, await stays.EndAsync());
        Assert.Equal(0, await application.Connections.DrainAsync(TimeSpan.Zero, CloseReason.NodeStopped, _time));
    }

    [Fact]
    public async Task DrainAsync_PatienceEndedEarly_ClosesAtOnce()
    {
        await using EchoServer echo = new();
        Application application = new("echo", [new Upstream("one", echo.EndPoint)], time: _time);
        using Submission stays = await Submission.StartAsync(application);
        await Eventually.UntilAsync(() => echo.Accepted == 1, "it reaches the upstream");
        using CancellationTokenSource impatience = new();
        Task<int> draining = application.Connections.DrainAsync(TimeSpan.FromSeconds(30), CloseReason.NodeStopped, _time, impatience.Token);

        await impatience.CancelAsync();

        Assert.Equal(1, await Eventually.WithinAsync(draining, "the drain ends"));
        Assert.Equal(PeerEnd.Reset, await stays.Client.EndOfPeerAsync());
    }

    [Fact]
    public void Find_OpenConnection_IsFoundByItsIdUntilItEnds()
    {
        Application application = new("echo", [], time: _time);
        using (ProxiedConnection connection = application.Open("C1", null))
        {
            Assert.Same(connection, application.Connections.Find("C1"));
            Assert.Throws<InvalidOperationException>(() => application.Open("C1", null));
            Assert.Equal(1, application.Connections.Count);
        }

        Assert.Null(application.Connections.Find("C1"));
        Assert.True(application.Connections.WhenEmpty().IsCompleted);
    }

    [Fact]
    public void Next_ManyIds_AreDistinctAndOfOneLength()
    {
        string[] ids = [.. Enumerable.Range(0, 10_000).AsParallel().Select(static _ => ConnectionIds.Next())];

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, static id => Assert.Matches("^[0-9A-HJKMNP-TV-Z]{13}$", id));
    }

    private static async Task<CloseReason> RefusedAsync(Application application, LimitStack limits)
    {
        using Submission submission = await Submission.StartAsync(application, limits);
        Assert.Empty(await submission.Client.ReceiveAllAsync());
        submission.Client.Shutdown(SocketShutdown.Send);
        return await submission.EndAsync();
    }
}
