using System.Net;
using System.Net.Sockets;
using KestrelL4.Testing.Servers;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Forwarding;

public sealed class DialTests
{
    private static readonly TimeSpan Connect = TimeSpan.FromSeconds(3);

    private readonly FakeTime _time = new();

    [Fact]
    public async Task SubmitAsync_FirstUpstreamRefuses_NextOneGetsEveryByte()
    {
        using RefusingPort refusing = new();
        await using EchoServer echo = new();
        Application application = Submission.To(_time, new Timeouts(), refusing.EndPoint, echo.EndPoint);
        using Submission submission = await Submission.StartAsync(application);

        await submission.Client.SendAllAsync(Wire.Hello);
        submission.Client.Shutdown(SocketShutdown.Send);

        Assert.Equal(Wire.Hello, await submission.Client.ReceiveAllAsync());
        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
        Assert.Equal(1, application.Upstreams[0].Dials(DialResult.Refused));
        Assert.Equal(1, application.Upstreams[1].Dials(DialResult.Connected));
        Assert.All(application.Upstreams, static upstream => Assert.Equal(0, upstream.ActiveConnections));
    }

    [Fact]
    public async Task SubmitAsync_FirstUpstreamIsSilent_NextOneGetsEveryByteAfterTheTimeout()
    {
        using SilentPort silent = await SilentPort.CreateAsync();
        await using EchoServer echo = new();
        Application application = Submission.To(_time, new Timeouts { Connect = Connect }, silent.EndPoint, echo.EndPoint);
        using Submission submission = await Submission.StartAsync(application);
        await submission.Client.SendAllAsync(Wire.Hello);
        submission.Client.Shutdown(SocketShutdown.Send);
        await submission.UntilActiveAsync();
        await Eventually.UntilAsync(() => _time.ArmedTimers > 0, "the dial waits for its time-out");

        _time.Advance(Connect);

        Assert.Equal(Wire.Hello, await submission.Client.ReceiveAllAsync());
        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
        Assert.Equal(1, application.Upstreams[0].Dials(DialResult.Timeout));
    }

    [Fact]
    public async Task SubmitAsync_EveryDialFails_EndsInOrderWithoutAByte()
    {
        using RefusingPort first = new();
        using RefusingPort second = new();
        Application application = Submission.To(_time, new Timeouts(), first.EndPoint, second.EndPoint);
        using Submission submission = await Submission.StartAsync(application);
        await submission.Client.SendAllAsync(Wire.Hello);

        Assert.Empty(await submission.Client.ReceiveAllAsync());
        submission.Client.Shutdown(SocketShutdown.Send);

        Assert.Equal(CloseReason.UpstreamConnectFailed, await submission.EndAsync());
        Assert.All(application.Upstreams, static upstream => Assert.Equal(1, upstream.Dials(DialResult.Refused)));
        Assert.All(application.Upstreams, static upstream => Assert.Equal(0, upstream.ActiveConnections));
    }

    [Fact]
    public async Task SubmitAsync_NoUpstream_EndsInOrderWithoutAByte()
    {
        using Submission submission = await Submission.StartAsync(Submission.To(_time, new Timeouts()));

        Assert.Empty(await submission.Client.ReceiveAllAsync());
        submission.Client.Shutdown(SocketShutdown.Send);

        Assert.Equal(CloseReason.NoUpstream, await submission.EndAsync());
    }

    [Fact]
    public async Task SubmitAsync_RefusedClientDoesNotEnd_IsResetASecondLater()
    {
        using Submission submission = await Submission.StartAsync(Submission.To(_time, new Timeouts()));
        Assert.Equal(PeerEnd.Fin, await submission.Client.EndOfPeerAsync());
        await Eventually.UntilAsync(() => _time.ArmedTimers > 0, "the refused client has a second");

        _time.Advance(TimeSpan.FromSeconds(1));

        await submission.Client.UntilResetAsync();
        Assert.Equal(CloseReason.NoUpstream, await submission.EndAsync());
    }

    [Fact]
    public async Task SubmitAsync_UpstreamIsFull_IsNotDialled()
    {
        await using RecordingServer server = new();
        Application application = new("echo", [new Upstream("a", server.EndPoint) { MaxConnections = 1 }], time: _time);
        using Submission holding = await Submission.StartAsync(application);
        await Eventually.UntilAsync(() => server.Accepted == 1, "the first connection reaches the upstream");

        using Submission refused = await Submission.StartAsync(application);

        Assert.Empty(await refused.Client.ReceiveAllAsync());
        refused.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.NoUpstream, await refused.EndAsync());
        Assert.Equal(1, server.Accepted);
        holding.Client.Reset();
        Assert.Equal(CloseReason.ClientAborted, await holding.EndAsync());
        Assert.False(application.Upstreams[0].IsFull);
    }

    [Fact]
    public async Task SubmitAsync_ClientVanishesDuringTheDial_IsClientAbortedAndBlamesNoUpstream()
    {
        using SilentPort silent = await SilentPort.CreateAsync();
        Application application = Submission.To(_time, new Timeouts(), silent.EndPoint);
        using Submission submission = await Submission.StartAsync(application);
        await submission.UntilActiveAsync();

        submission.Client.Reset();

        Assert.Equal(CloseReason.ClientAborted, await submission.EndAsync());
        Upstream upstream = Assert.Single(application.Upstreams);
        Assert.Equal(0, upstream.ActiveConnections);
        Assert.All(Enum.GetValues<DialResult>(), result => Assert.Equal(0, upstream.Dials(result)));
    }

    [Fact]
    public async Task SubmitAsync_UpstreamByName_IsResolved()
    {
        await using EchoServer echo = new();
        Application application = new("echo", [new Upstream("a", new DnsEndPoint("localhost", echo.EndPoint.Port))], time: _time);
        using Submission submission = await Submission.StartAsync(application);

        await submission.Client.SendAllAsync(Wire.Hello);
        submission.Client.Shutdown(SocketShutdown.Send);

        Assert.Equal(Wire.Hello, await submission.Client.ReceiveAllAsync());
        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
    }
}
