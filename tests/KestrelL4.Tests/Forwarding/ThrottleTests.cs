using System.Net.Sockets;
using KestrelL4.RateLimiting;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Tests.Forwarding;

/// <summary>A relay whose limits shape its bytes: over real sockets, by virtual time.</summary>
public sealed class ThrottleTests : IDisposable
{
    private const int Rate = 1_000;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private readonly FakeTime _time = new();
    private readonly ManualServer _server = new();
    private readonly Limit _limit;

    public ThrottleTests() => _limit = new Limit(RateLimitScope.Client, new RateLimit { BytesPerSecond = Rate }, _time);

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Relay_MoreThanTheRate_PassesBurstAndRateUntouched()
    {
        (Submission submission, Socket upstream) = await StartAsync();
        byte[] sent = [.. Enumerable.Range(0, 4 * Rate).Select(static number => (byte)(number * 7))];
        await submission.Client.SendAllAsync(sent);
        submission.Client.Shutdown(SocketShutdown.Send);
        await BurstAsync(upstream);

        TimeSpan began = _time.GetUtcNow() - _time.Start;
        Task<byte[]> received = upstream.ReceiveToEndAsync();
        await StepUntilAsync(() => received.IsCompleted);

        Assert.Equal(sent, await received);
        Assert.InRange((_time.GetUtcNow() - _time.Start - began).TotalSeconds, 3, 4.5);
        upstream.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
    }

    [Fact]
    public async Task Relay_OneDirectionIsSpent_LeavesTheOtherAlone()
    {
        (Submission submission, Socket upstream) = await StartAsync();
        await submission.Client.SendAllAsync(new byte[4 * Rate]);
        await BurstAsync(upstream);

        await upstream.SendAllAsync(new byte[2 * Rate]);

        await BurstAsync(submission.Client);
        await CutAsync(submission);
    }

    [Fact]
    public async Task Relay_TwoConnectionsOfALimit_ShareIt()
    {
        Application application = Submission.To(_time, new Timeouts(), _server.EndPoint);
        (Submission first, Socket firstUpstream) = await StartAsync(application);
        (Submission second, Socket secondUpstream) = await StartAsync(application);
        await first.Client.SendAllAsync(new byte[10 * Rate]);
        await BurstAsync(firstUpstream);
        await second.Client.SendAllAsync(new byte[10 * Rate]);

        await StepUntilAsync(() => firstUpstream.Available + secondUpstream.Available >= 7 * Rate);

        Assert.InRange(secondUpstream.Available, 2.5 * Rate, 3.5 * Rate);
        Assert.Equal(2, application.Connections.CloseAll(CloseReason.NodeStopped));
        await first.EndAsync();
        await second.EndAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Rate)]
    public async Task Relay_ClientResetsWhileItsBytesWait_EndsSoonAsAborted(int rate)
    {
        (Submission submission, Socket upstream) = await StartAsync();
        await submission.Client.SendAllAsync(new byte[100 * Rate]);
        await BurstAsync(upstream);

        // Turns of a second each, and such as come more often than anybody looks.
        submission.Client.Reset();
        _limit.Numbers = new RateLimit { BytesPerSecond = rate };
        await StepUntilAsync(() => !submission.IsOpen, mostSteps: 10);

        Assert.Equal(CloseReason.ClientAborted, await submission.EndAsync());
        Assert.Equal(PeerEnd.Reset, await upstream.EndOfPeerAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Rate)]
    public async Task Relay_UpstreamResetsWhileItsBytesWait_EndsSoonAsAborted(int rate)
    {
        (Submission submission, Socket upstream) = await StartAsync();
        await upstream.SendAllAsync(new byte[100 * Rate]);
        await BurstAsync(submission.Client);

        upstream.Reset();
        _limit.Numbers = new RateLimit { BytesPerSecond = rate };
        await StepUntilAsync(() => !submission.IsOpen, mostSteps: 10);

        Assert.Equal(CloseReason.UpstreamAborted, await submission.EndAsync());
    }

    [Fact]
    public async Task Close_WhileBytesWait_CutsAtOnce()
    {
        (Submission submission, Socket upstream) = await StartAsync();
        await submission.Client.SendAllAsync(new byte[100 * Rate]);
        await upstream.SendAllAsync(new byte[100 * Rate]);
        await BurstAsync(upstream);
        await BurstAsync(submission.Client);

        Assert.True(submission.Connection.Close(CloseReason.Revoked));

        Assert.Equal(CloseReason.Revoked, await submission.EndAsync());
        Assert.Equal(PeerEnd.Reset, await upstream.EndOfPeerAsync());
    }

    [Fact]
    public async Task Idle_BytesWaitForLonger_IsNotIdle()
    {
        _limit.Numbers = new RateLimit { BytesPerSecond = 1 };
        (Submission submission, Socket upstream) = await StartAsync(To(new Timeouts { Idle = TimeSpan.FromMilliseconds(500) }));
        await submission.Client.SendAllAsync(new byte[5]);

        await StepUntilAsync(() => upstream.Available == 5);

        Assert.True(submission.IsOpen);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(5, (await upstream.ReceiveToEndAsync()).Length);
        await StepUntilAsync(() => !submission.IsOpen);
        Assert.Equal(CloseReason.IdleTimeout, await submission.EndAsync());
    }

    [Fact]
    public async Task MaxDuration_WhileBytesWait_EndsInOrder()
    {
        (Submission submission, Socket upstream) = await StartAsync(To(new Timeouts { MaxDuration = TimeSpan.FromSeconds(10) }));
        await upstream.SendAllAsync(new byte[100 * Rate]);
        await submission.Client.SendAllAsync(new byte[100 * Rate]);

        Task<PeerEnd> end = submission.Client.EndOfPeerAsync();
        await StepUntilAsync(() => _time.GetUtcNow() - _time.Start >= TimeSpan.FromSeconds(8.9));
        Assert.False(end.IsCompleted);
        await StepUntilAsync(() => end.IsCompleted || _time.GetUtcNow() - _time.Start >= TimeSpan.FromSeconds(10));

        Assert.Equal(PeerEnd.Fin, await Eventually.WithinAsync(end, "the client sees the end"));
        await StepUntilAsync(() => !submission.IsOpen);
        Assert.Equal(CloseReason.MaxDuration, await submission.EndAsync());
    }

    [Fact]
    public async Task Numbers_Changed_HoldForTheOpenConnection()
    {
        _limit.Numbers = RateLimit.None;
        (Submission submission, Socket upstream) = await StartAsync();
        await submission.Client.SendAllAsync(new byte[10 * Rate]);
        await Eventually.UntilAsync(() => upstream.Available == 10 * Rate, "without a limit all passes");

        _limit.Numbers = new RateLimit { BytesPerSecond = Rate };
        await submission.Client.SendAllAsync(new byte[10 * Rate]);
        await BurstAsync(upstream, before: 10 * Rate);
        await StepUntilAsync(() => upstream.Available >= 12 * Rate);
        _limit.Numbers = RateLimit.None;

        await Eventually.UntilAsync(() => upstream.Available == 20 * Rate, "the rest passes at once");
        await CutAsync(submission);
    }

    private static async Task CutAsync(Submission submission)
    {
        submission.Connection.Close(CloseReason.NodeStopped);
        await submission.EndAsync();
        submission.Dispose();
    }

    // A whole turn, a sixteenth of the rate, must be there, so the last part of the burst may be left.
    private static async Task BurstAsync(Socket socket, int before = 0)
    {
        await Eventually.UntilAsync(() => socket.Available - before > 0.9 * Rate, "the burst passes");
        Assert.InRange(socket.Available - before, 0, Rate);
    }

    private Application To(Timeouts timeouts) => Submission.To(_time, timeouts, _server.EndPoint);

    private async Task<(Submission Submission, Socket Upstream)> StartAsync(Application? application = null)
    {
        Submission submission = await Submission.StartAsync(application ?? To(new Timeouts()), new LimitStack(_limit));
        return (submission, await _server.AcceptAsync());
    }

    // Virtual time goes on while real sockets do their part.
    private async Task StepUntilAsync(Func<bool> condition, int mostSteps = 1_000)
    {
        for (int step = 0; !condition(); step++)
        {
            Assert.True(step < mostSteps, "it did not happen in time");
            _time.Advance(Step);
            await Task.Delay(2);
        }
    }
}
