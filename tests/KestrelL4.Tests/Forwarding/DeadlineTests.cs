using System.Net.Sockets;
using KestrelL4.Forwarding;
using KestrelL4.RateLimiting;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Tests.Forwarding;

public sealed class DeadlineTests : IAsyncDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTime _time = new();
    private readonly EchoServer _server = new();

    [Fact]
    public async Task Idle_NoByteForSoLong_EndsInOrderAndResetsASecondLater()
    {
        Application application = To(new Timeouts { Idle = 10 * Second });
        using Submission submission = await Submission.StartAsync(application);
        await EchoAsync(submission);
        _time.Advance(9 * Second);
        await EchoAsync(submission);
        _time.Advance(9.9 * Second);
        await EchoAsync(submission);

        _time.Advance(10 * Second);

        Assert.Equal(PeerEnd.Fin, await submission.Client.EndOfPeerAsync());
        _time.Advance(0.9 * Second);
        Assert.True(submission.IsOpen);
        _time.Advance(0.1 * Second);
        await submission.Client.UntilResetAsync();
        Assert.Equal(CloseReason.IdleTimeout, await submission.EndAsync());
        Assert.Equal(0, Assert.Single(application.Upstreams).ActiveConnections);
    }

    [Fact]
    public async Task Idle_ClientEndsWithinTheSecond_NeedsNoReset()
    {
        using Submission submission = await Submission.StartAsync(To(new Timeouts { Idle = 10 * Second }));
        await EchoAsync(submission);
        _time.Advance(10 * Second);
        Assert.Equal(PeerEnd.Fin, await submission.Client.EndOfPeerAsync());

        submission.Client.Shutdown(SocketShutdown.Send);

        Assert.Equal(CloseReason.IdleTimeout, await submission.EndAsync());
    }

    [Fact]
    public async Task Idle_ClientGoesOnSendingWithinTheSecond_IsStillAllowedToEnd()
    {
        using Submission submission = await Submission.StartAsync(To(new Timeouts { Idle = 10 * Second }));
        await EchoAsync(submission);
        _time.Advance(10 * Second);
        Assert.Equal(PeerEnd.Fin, await submission.Client.EndOfPeerAsync());

        await submission.Client.SendAllAsync(Wire.Hello);
        submission.Client.Shutdown(SocketShutdown.Send);

        Assert.Equal(CloseReason.IdleTimeout, await submission.EndAsync());
    }

    [Fact]
    public async Task Idle_OneDirectionHasEnded_CountsToo()
    {
        using ManualServer server = new();
        using Submission submission = await Submission.StartAsync(Submission.To(_time, new Timeouts { Idle = 10 * Second }, server.EndPoint));
        using Socket upstream = await server.AcceptAsync();
        submission.Client.Shutdown(SocketShutdown.Send);
        Assert.Empty(await upstream.ReceiveAllAsync());

        _time.Advance(10 * Second);

        Assert.Equal(PeerEnd.Fin, await submission.Client.EndOfPeerAsync());
        Assert.Equal(CloseReason.IdleTimeout, await submission.EndAsync());
    }

    [Fact]
    public async Task MaxDuration_HoweverBusy_EndsInOrderUpToATenthEarly()
    {
        using Submission submission = await Submission.StartAsync(To(new Timeouts { Idle = null, MaxDuration = 100 * Second }));
        for (int i = 0; i < 89; i++)
        {
            await EchoAsync(submission);
            _time.Advance(Second);
        }

        ProxiedConnection connection = submission.Connection;
        while (connection.CloseReason is null)
        {
            _time.Advance(0.1 * Second);
        }

        Assert.InRange(connection.Duration, 90 * Second, 100 * Second);
        Assert.Equal(PeerEnd.Fin, await submission.Client.EndOfPeerAsync());
        submission.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.MaxDuration, await submission.EndAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public async Task AfterExpiry_CertificateRanOut_ResetsSoMuchLater(int after)
    {
        Application application = To(new Timeouts { AfterExpiry = after * Second });
        (Socket client, Socket accepted) = await Submission.PairAsync();
        using Socket ours = client;
        Task<CloseReason> ended = PassAsync(application, accepted, _time.Start.AddMinutes(5));
        await EchoAsync(client);
        _time.Advance(TimeSpan.FromMinutes(5) + ((after - 1) * Second));
        await EchoAsync(client);

        _time.Advance(Second);

        Assert.Equal(PeerEnd.Reset, await client.EndOfPeerAsync());
        Assert.Equal(CloseReason.CertificateExpired, await Eventually.WithinAsync(ended, "the connection ends"));
    }

    [Fact]
    public async Task AfterExpiry_Null_OutlivesTheCertificate()
    {
        Application application = To(new Timeouts { AfterExpiry = null, Idle = null });
        (Socket client, Socket accepted) = await Submission.PairAsync();
        using Socket ours = client;
        Task<CloseReason> ended = PassAsync(application, accepted, _time.Start.AddMinutes(5));
        await EchoAsync(client);

        _time.Advance(TimeSpan.FromDays(400));

        await EchoAsync(client);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.Completed, await Eventually.WithinAsync(ended, "the connection ends"));
    }

    [Fact]
    public void Timeouts_Default_AreTheDocumentedOnes()
    {
        Timeouts timeouts = new();

        Assert.Equal(3 * Second, timeouts.Connect);
        Assert.Equal(TimeSpan.FromHours(1), timeouts.Idle);
        Assert.Null(timeouts.MaxDuration);
        Assert.Equal(TimeSpan.Zero, timeouts.AfterExpiry);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // The client may have the echo before the relay has noted both its ways, and time moves only when the test moves it.
    private static async Task EchoAsync(Submission submission)
    {
        ProxiedConnection connection = submission.Connection;
        long sent = connection.BytesSent + Wire.Hello.Length;
        await EchoAsync(submission.Client);
        await Eventually.UntilAsync(() => connection.BytesSent == sent && connection.BytesReceived == sent, "the echo is counted");
    }

    private static async Task EchoAsync(Socket client)
    {
        await client.SendAllAsync(Wire.Hello);
        Assert.Equal(Wire.Hello, await client.ReceiveAsync(Wire.Hello.Length));
    }

    private static async Task<CloseReason> PassAsync(Application application, Socket accepted, DateTimeOffset notAfter)
    {
        await using SocketRelayEnd end = new(accepted);
        using ProxiedConnection connection = application.Open(ConnectionIds.Next(), accepted.RemoteEndPoint);
        connection.Certificate = Trusted.Certificate("5F", notAfter: notAfter);
        CloseReason reason = await application.PassAsync(connection, end, LimitStack.Empty);
        await application.EndAsync(connection, end, reason);
        return connection.CloseReason!.Value;
    }

    private Application To(Timeouts timeouts) => Submission.To(_time, timeouts, _server.EndPoint);
}
