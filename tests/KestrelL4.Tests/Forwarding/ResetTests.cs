using System.Net.Sockets;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Tests.Forwarding;

public sealed class ResetTests : IDisposable
{
    private readonly ManualServer _server = new();
    private readonly Application _application;

    public ResetTests() => _application = Submission.To(TimeProvider.System, new Timeouts(), _server.EndPoint);

    [Fact]
    public async Task SubmitAsync_ClientResets_UpstreamIsReset()
    {
        using Submission submission = await Submission.StartAsync(_application);
        using Socket upstream = await _server.AcceptAsync();
        await PassAByteAsync(submission.Client, upstream);

        submission.Client.Reset();

        Assert.Equal(PeerEnd.Reset, await upstream.EndOfPeerAsync());
        Assert.Equal(CloseReason.ClientAborted, await submission.EndAsync());
        Assert.Equal(0, Assert.Single(_application.Upstreams).ActiveConnections);
    }

    [Fact]
    public async Task SubmitAsync_UpstreamResets_ClientIsReset()
    {
        using Submission submission = await Submission.StartAsync(_application);
        using Socket upstream = await _server.AcceptAsync();
        await PassAByteAsync(submission.Client, upstream);

        upstream.Reset();

        Assert.Equal(PeerEnd.Reset, await submission.Client.EndOfPeerAsync());
        Assert.Equal(CloseReason.UpstreamAborted, await submission.EndAsync());
    }

    [Fact]
    public async Task SubmitAsync_UpstreamResetsAfterTheClientsHalfClose_ClientIsReset()
    {
        using Submission submission = await Submission.StartAsync(_application);
        using Socket upstream = await _server.AcceptAsync();
        submission.Client.Shutdown(SocketShutdown.Send);
        Assert.Empty(await upstream.ReceiveAllAsync());

        upstream.Reset();

        Assert.Equal(PeerEnd.Reset, await submission.Client.EndOfPeerAsync());
        Assert.Equal(CloseReason.UpstreamAborted, await submission.EndAsync());
    }

    [Fact]
    public async Task SubmitAsync_ClientResetsAfterTheUpstreamsHalfClose_UpstreamIsReset()
    {
        using Submission submission = await Submission.StartAsync(_application);
        using Socket upstream = await _server.AcceptAsync();
        upstream.Shutdown(SocketShutdown.Send);
        Assert.Empty(await submission.Client.ReceiveAllAsync());

        submission.Client.Reset();

        Assert.Equal(PeerEnd.Reset, await upstream.EndOfPeerAsync());
        Assert.Equal(CloseReason.ClientAborted, await submission.EndAsync());
    }

    [Fact]
    public async Task SubmitAsync_ClientResetsWhileTheUpstreamDoesNotRead_EndsAsClientAborted()
    {
        using Submission submission = await Submission.StartAsync(_application);
        using Socket upstream = await _server.AcceptAsync();
        await StuffAsync(submission.Client);

        upstream.Reset();

        Assert.Equal(PeerEnd.Reset, await submission.Client.EndOfPeerAsync());
        Assert.Equal(CloseReason.UpstreamAborted, await submission.EndAsync());
    }

    [Fact]
    public async Task SubmitAsync_ClientEndsAndClosesUnderALastReply_IsCompletedWhenTheUpstreamEndsToo()
    {
        using Submission submission = await Submission.StartAsync(_application);
        using Socket upstream = await _server.AcceptAsync();
        submission.Client.Shutdown(SocketShutdown.Send);
        Assert.Empty(await upstream.ReceiveAllAsync());
        submission.Client.Dispose();

        // The first byte draws the reset of a socket that is gone, the second finds it.
        await upstream.SendAllAsync(Wire.Hello);
        await upstream.SendAllAsync(Wire.Hello);
        upstream.Shutdown(SocketShutdown.Send);

        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
    }

    public void Dispose() => _server.Dispose();

    private static async Task PassAByteAsync(Socket from, Socket to)
    {
        await from.SendAllAsync(Wire.Hello);
        Assert.Equal(Wire.Hello, await to.ReceiveAsync(Wire.Hello.Length));
    }

    // Until every buffer on the way is full and the relay waits in a write.
    private static async Task StuffAsync(Socket socket)
    {
        byte[] piece = new byte[256 * 1024];
        using CancellationTokenSource stuck = new();
        try
        {
            while (true)
            {
                stuck.CancelAfter(TimeSpan.FromMilliseconds(300));
                await socket.SendAsync(piece, stuck.Token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
