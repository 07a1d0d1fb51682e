using System.Net.Sockets;
using KestrelL4.Testing.Servers;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Forwarding;

/// <summary>Connections that wait for a place at a full upstream, from the client's accept to its end.</summary>
public sealed class QueueTests : IAsyncDisposable
{
    private static readonly TimeSpan Queue = TimeSpan.FromSeconds(10);

    private readonly FakeTime _time = new() { Early = TimeSpan.FromMilliseconds(3) };
    private readonly EchoServer _echo = new();
    private readonly Upstream _upstream;
    private readonly Application _application;

    public QueueTests()
    {
        _upstream = new Upstream("a", _echo.EndPoint) { MaxConnections = 1 };
        _application = new Application(
            "echo", [_upstream], new ApplicationSettings { Timeouts = new Timeouts { Queue = Queue } }, time: _time);
    }

    [Fact]
    public async Task SubmitAsync_UpstreamIsFull_WaitsInOrderAndLosesNoByte()
    {
        using Submission holding = await HoldAsync();
        using Submission first = await QueueAsync();
        using Submission second = await QueueAsync();
        await first.Client.SendAllAsync(Wire.Hello);
        await second.Client.SendAllAsync(Wire.Hello);

        await EndAsync(holding);
        Assert.Equal(Wire.Hello, await first.Client.ReceiveAsync(Wire.Hello.Length));
        Assert.Equal((1, 2), (_application.QueuedConnections, _echo.Accepted));

        await EndAsync(first);
        Assert.Equal(Wire.Hello, await second.Client.ReceiveAsync(Wire.Hello.Length));
        await EndAsync(second);
        Assert.Equal((0, 0), (_application.QueuedConnections, _upstream.ActiveConnections));
    }

    [Fact]
    public async Task SubmitAsync_NoPlaceInTime_IsNoUpstream()
    {
        using Submission holding = await HoldAsync();
        using Submission waiting = await QueueAsync();
        ProxiedConnection connection = _application.Connections.All.Single(static each => each.Upstream is null);

        _time.Advance(Queue - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, _application.QueuedConnections);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        waiting.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.NoUpstream, await waiting.EndAsync());
        Assert.Equal("queue_timeout", connection.Cause);
        await EndAsync(holding);
        Assert.Equal(0, _upstream.ActiveConnections);
    }

    [Fact]
    public async Task SubmitAsync_DialFailedAndTheOtherIsFull_WaitsForThatAndIsConnectFailed()
    {
        using RefusingPort refusing = new();
        using Submission holding = await HoldAsync();
        _application.Upstreams = [_upstream, new Upstream("b", refusing.EndPoint)];
        using Submission served = await QueueAsync();
        await EndAsync(holding);
        await served.Client.SendAllAsync(Wire.Hello);
        Assert.Equal(Wire.Hello, await served.Client.ReceiveAsync(Wire.Hello.Length));

        using Submission late = await QueueAsync();
        _time.Advance(Queue);

        late.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.UpstreamConnectFailed, await late.EndAsync());
        await EndAsync(served);
        Assert.All(_application.Upstreams, static upstream => Assert.Equal(0, upstream.ActiveConnections));
    }

    [Fact]
    public async Task SubmitAsync_ClientIsResetWhileWaiting_IsClientAbortedAtOnce()
    {
        using Submission holding = await HoldAsync();
        using Submission waiting = await QueueAsync();

        waiting.Client.Reset();

        Assert.Equal(CloseReason.ClientAborted, await waiting.EndAsync());
        Assert.Equal(0, _application.QueuedConnections);
        await EndAsync(holding);
        Assert.Equal(1, _echo.Accepted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SubmitAsync_ClientSentBytesOrItsEndAndIsReset_IsClientAbortedAtTheNextLook(bool hasEnded)
    {
        using Submission holding = await HoldAsync();
        using Submission waiting = await QueueAsync();
        await waiting.Client.SendAllAsync(Wire.Hello);
        if (hasEnded)
        {
            waiting.Client.Shutdown(SocketShutdown.Send);
        }

        waiting.Client.Reset();
        await Eventually.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(10));
                return !waiting.IsOpen;
            },
            "the kernel is asked");

        Assert.Equal(CloseReason.ClientAborted, await waiting.EndAsync());
        Assert.True(_time.GetUtcNow() - _time.Start < Queue, "it was not the end of the queue's time");
        await EndAsync(holding);
        Assert.Equal(1, _echo.Accepted);
    }

    [Fact]
    public async Task SubmitAsync_ClientIsGoneWhenItsPlaceComes_DialsNobody()
    {
        using Submission holding = await HoldAsync();
        using Submission waiting = await QueueAsync();
        await waiting.Client.SendAllAsync(Wire.Hello);
        waiting.Client.Reset();

        await EndAsync(holding);

        Assert.Equal(CloseReason.ClientAborted, await waiting.EndAsync());
        Assert.Equal((1, 0), (_echo.Accepted, _upstream.ActiveConnections));
    }

    [Theory]
    [InlineData(CloseReason.Revoked)]
    [InlineData(CloseReason.ClosedByOperator)]
    [InlineData(CloseReason.Drained)]
    public async Task Close_WhileWaiting_EndsAtOnceForItsReason(CloseReason reason)
    {
        using Submission holding = await HoldAsync();
        using Submission waiting = await QueueAsync();

        _application.Connections.All.Single(static each => each.Upstream is null).Close(reason);

        Assert.Equal(reason, await waiting.EndAsync());
        await waiting.Client.UntilResetAsync();
        Assert.Equal(0, _application.QueuedConnections);
        await EndAsync(holding);
        Assert.Equal((1, 0), (_echo.Accepted, _upstream.ActiveConnections));
    }

    [Fact]
    public async Task Report_TheFullOneGoesDown_RefusesThoseWhoWait()
    {
        using Submission holding = await HoldAsync();
        using Submission waiting = await QueueAsync();

        _application.Report(_upstream, UpstreamHealth.Down, "connection refused");

        waiting.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.NoUpstream, await waiting.EndAsync());
        using Submission refused = await Submission.StartAsync(_application);
        refused.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.NoUpstream, await refused.EndAsync());
        await EndAsync(holding);
    }

    public async ValueTask DisposeAsync() => await _echo.DisposeAsync();

    private static async Task EndAsync(Submission submission)
    {
        submission.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
    }

    private async Task<Submission> HoldAsync()
    {
        int accepted = _echo.Accepted;
        Submission holding = await Submission.StartAsync(_application);
        await Eventually.UntilAsync(() => _echo.Accepted > accepted, "the connection reaches the upstream");
        return holding;
    }

    private async Task<Submission> QueueAsync()
    {
        int before = _application.QueuedConnections;
        int timers = _time.ArmedTimers;
        Submission waiting = await Submission.StartAsync(_application);
        await Eventually.UntilAsync(
            () => _application.QueuedConnections == before + 1 && _time.ArmedTimers > timers, "the connection waits for a place");
        return waiting;
    }
}
