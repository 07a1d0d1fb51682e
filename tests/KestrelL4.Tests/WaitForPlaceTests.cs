using System.Net.Sockets;
using KestrelL4.RateLimiting;
using KestrelL4.Testing.Servers;
using KestrelL4.Tests.Forwarding;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests;

/// <summary>A connection that waits for a place of a limit, and what may end its wait.</summary>
public sealed class WaitForPlaceTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly FakeTime _time = new();
    private readonly RecordingServer _server = new();
    private readonly Application _application;
    private readonly Limit _limit;

    public WaitForPlaceTests()
    {
        _application = new Application("echo", [new Upstream("one", _server.EndPoint)], time: _time);
        _limit = new Limit(RateLimitScope.Client, new RateLimit { MaxConcurrentConnections = 1, WaitUpTo = Patience }, _time);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task SubmitAsync_PlaceComesFree_GoesOnWithEveryByte()
    {
        LimitLease held = new LimitStack(_limit).Acquire();
        using Submission submission = await WaitAsync();
        await submission.Client.SendAllAsync(Wire.Hello);
        submission.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, _server.Accepted);

        held.Dispose();

        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
        Assert.Equal(1, _server.Accepted);
        Assert.Equal((0, 0), (_limit.Held, _limit.Waiting));
    }

    [Fact]
    public async Task SubmitAsync_NoPlaceInTime_IsRefused()
    {
        using LimitLease held = new LimitStack(_limit).Acquire();
        using Submission submission = await WaitAsync();
        Assert.Equal(0, _application.Counters.ConnectionsRateLimited(RateLimitScope.Client));

        _time.Advance(Patience);

        Assert.Equal(PeerEnd.Fin, await submission.Client.EndOfPeerAsync());
        submission.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.RateLimited, await submission.EndAsync());
        Assert.Equal(1, _application.Counters.ConnectionsRateLimited(RateLimitScope.Client));
        Assert.Equal((1, 0), (_limit.Held, _limit.Waiting));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task SubmitAsync_ClientResetsWhileItWaits_IsAbortedSoon(int sentBefore)
    {
        using LimitLease held = new LimitStack(_limit).Acquire();
        using Submission submission = await WaitAsync();
        if (sentBefore > 0)
        {
            await submission.Client.SendAllAsync(new byte[sentBefore]);
            await Eventually.UntilAsync(() => _time.ArmedTimers > 1, "the bytes are noticed");
        }

        submission.Client.Reset();
        await Eventually.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(10));
                return !submission.IsOpen;
            },
            "the kernel is asked");

        Assert.Equal(CloseReason.ClientAborted, await submission.EndAsync());
        Assert.Equal((1, 0), (_limit.Held, _limit.Waiting));
        Assert.Equal(0, _server.Accepted);
    }

    [Fact]
    public async Task Close_WhileItWaits_EndsAtOnceByThatReason()
    {
        using LimitLease held = new LimitStack(_limit).Acquire();
        using Submission submission = await WaitAsync();

        Assert.True(submission.Connection.Close(CloseReason.Revoked));

        Assert.Equal(CloseReason.Revoked, await submission.EndAsync());
        Assert.Equal((1, 0), (_limit.Held, _limit.Waiting));
        Assert.Equal(0, _application.Counters.ConnectionsRateLimited(RateLimitScope.Client));
    }

    private async Task<Submission> WaitAsync()
    {
        Submission submission = await Submission.StartAsync(_application, new LimitStack(_limit));
        await Eventually.UntilAsync(() => _limit.Waiting == 1, "it waits");
        return submission;
    }
}
