using System.Net.Sockets;
using KestrelL4.Forwarding;
using KestrelL4.RateLimiting;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Tests.Forwarding;

public sealed class CloseTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public async Task Close_BeforeThePick_ReachesNoUpstream()
    {
        await using RecordingServer server = new();
        Application application = Submission.To(_time, new Timeouts(), server.EndPoint);
        (Socket client, Socket accepted) = await Submission.PairAsync();
        using Socket ours = client;
        await using SocketRelayEnd end = new(accepted);
        using ProxiedConnection connection = application.Open("1", null);
        connection.Reset = end.Abort;

        Assert.True(connection.Close(CloseReason.NodeStopped));
        CloseReason reason = await application.PassAsync(connection, end, LimitStack.Empty);
        await application.EndAsync(connection, end, reason);

        Assert.Equal(CloseReason.NodeStopped, reason);
        Assert.Equal(PeerEnd.Reset, await client.EndOfPeerAsync());
        Assert.Equal(0, server.Accepted);
        Assert.Equal(0, Assert.Single(application.Upstreams).ActiveConnections);
    }

    [Fact]
    public async Task Close_DuringTheDial_ResetsTheClientAtOnce()
    {
        using SilentPort silent = await SilentPort.CreateAsync();
        Application application = Submission.To(_time, new Timeouts(), silent.EndPoint);
        using Submission submission = await Submission.StartAsync(application);
        await submission.UntilActiveAsync();

        Assert.True(await Task.Run(() => submission.Connection.Close(CloseReason.NodeStopped)));

        Assert.Equal(PeerEnd.Reset, await submission.Client.EndOfPeerAsync());
        Assert.Equal(CloseReason.NodeStopped, await submission.EndAsync());
        Assert.Equal(0, Assert.Single(application.Upstreams).ActiveConnections);
    }

    [Fact]
    public async Task Close_DuringTheRelay_ResetsBothSidesAndTheFirstReasonStays()
    {
        using ManualServer server = new();
        Application application = Submission.To(_time, new Timeouts(), server.EndPoint);
        using Submission submission = await Submission.StartAsync(application);
        using Socket upstream = await server.AcceptAsync();
        await submission.Client.SendAllAsync(Wire.Hello);
        Assert.Equal(Wire.Hello, await upstream.ReceiveAsync(Wire.Hello.Length));
        ProxiedConnection connection = submission.Connection;

        bool[] closed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => connection.Close(CloseReason.NodeStopped))));

        Assert.Single(closed, static first => first);
        Assert.False(connection.Close(CloseReason.InternalError));
        Assert.Equal(PeerEnd.Reset, await submission.Client.EndOfPeerAsync());
        Assert.Equal(PeerEnd.Reset, await upstream.EndOfPeerAsync());
        Assert.Equal(CloseReason.NodeStopped, await submission.EndAsync());
        Assert.Equal(1, application.Counters.ConnectionsEnded(CloseReason.NodeStopped));
    }

    // As a TLS stream may do whose socket is closed under it.
    [Fact]
    public async Task Close_CutSideReadsAnEnd_StillResetsTheOther()
    {
        using ManualServer server = new();
        Application application = Submission.To(_time, new Timeouts(), server.EndPoint);
        Task<CloseReason> ended = application.SubmitAsync(new EndsWhenCut());
        using Socket upstream = await server.AcceptAsync();
        await upstream.SendAllAsync(Wire.Hello);
        ProxiedConnection connection = Assert.Single(application.Connections.All);
        await Eventually.UntilAsync(() => connection.BytesSent == Wire.Hello.Length, "the relay runs");

        Assert.True(connection.Close(CloseReason.Drained));

        Assert.Equal(PeerEnd.Reset, await upstream.EndOfPeerAsync());
        Assert.Equal(CloseReason.Drained, await Eventually.WithinAsync(ended, "the connection ends"));
    }

    [Fact]
    public async Task Close_AfterARefusal_ChangesNothing()
    {
        Application application = Submission.To(_time, new Timeouts());
        using Submission submission = await Submission.StartAsync(application);
        Assert.Equal(PeerEnd.Fin, await submission.Client.EndOfPeerAsync());

        Assert.False(submission.Connection.Close(CloseReason.NodeStopped));

        submission.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.NoUpstream, await submission.EndAsync());
    }

    [Fact]
    public async Task Close_AtEveryMomentOfAShortConnection_CountsFallToZeroOnce()
    {
        await using EchoServer echo = new();
        Application application = Submission.To(TimeProvider.System, new Timeouts(), echo.EndPoint);
        for (int i = 0; i < 100; i++)
        {
            using Submission submission = await Submission.StartAsync(application);
            Task closing = Task.Run(() => application.Connections.CloseAll(CloseReason.NodeStopped));
            try
            {
                await submission.Client.SendAllAsync(Wire.Hello);
                submission.Client.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // Closed already: that is one of the moments.
            }

            await submission.Client.EndOfPeerAsync();
            await closing;
            Assert.Contains(await submission.EndAsync(), new[] { CloseReason.NodeStopped, CloseReason.Completed });
        }

        Assert.Equal(0, Assert.Single(application.Upstreams).ActiveConnections);
        Assert.Equal(0, application.Connections.Count);
        Assert.Equal(100, application.Counters.ConnectionsAccepted);
        Assert.Equal(100, Enum.GetValues<CloseReason>().Sum(application.Counters.ConnectionsEnded));
    }

    [Fact]
    public async Task SubmitAsync_LimitRefuses_ReachesNoUpstreamAndGivesItsPlaceBack()
    {
        await using RecordingServer server = new();
        Application application = new(
            "echo",
            Submission.To(_time, new Timeouts(), server.EndPoint).Upstreams,
            new ApplicationSettings { RateLimit = new RateLimit { MaxConcurrentConnections = 1 } },
            time: _time);
        using Submission holding = await Submission.StartAsync(application);
        await Eventually.UntilAsync(() => server.Accepted == 1, "the first connection reaches the upstream");

        using Submission refused = await Submission.StartAsync(application);

        Assert.Empty(await refused.Client.ReceiveAllAsync());
        refused.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.RateLimited, await refused.EndAsync());
        Assert.Equal(1, application.Counters.ConnectionsRateLimited(RateLimitScope.Application));
        Assert.Equal(1, server.Accepted);

        holding.Client.Reset();
        await holding.EndAsync();
        using Submission next = await Submission.StartAsync(application);
        await Eventually.UntilAsync(() => server.Accepted == 2, "the place is free again");
        next.Client.Reset();
        await next.EndAsync();
    }

    private sealed class EndsWhenCut : RelayEnd
    {
        private readonly TaskCompletionSource _cut = new();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer) => ValueTask.FromResult(0);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer) => ValueTask.CompletedTask;

        public override ValueTask CompleteAsync() => ValueTask.CompletedTask;

        // Whoever waits goes on at once, before the other side is cut.
        public override void Abort() => _cut.TrySetResult();

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        protected override ValueTask WaitCoreAsync() => new(_cut.Task);

        protected override void FinishCore() => _cut.TrySetResult();
    }
}
