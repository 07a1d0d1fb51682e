using System.Net.Sockets;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Tests.Forwarding;

public sealed class HalfCloseTests : IDisposable
{
    private const int Large = 8 * 1024 * 1024;

    private readonly ManualServer _server = new();
    private readonly Application _application;

    public HalfCloseTests() => _application = Submission.To(TimeProvider.System, new Timeouts(), _server.EndPoint);

    [Fact]
    public async Task SubmitAsync_ClientHalfCloses_LargeReplyArrivesWhole()
    {
        using Submission submission = await Submission.StartAsync(_application);
        using Socket upstream = await _server.AcceptAsync();
        await submission.Client.SendAllAsync(Wire.Hello);
        submission.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(Wire.Hello, await upstream.ReceiveAllAsync());

        byte[] reply = Wire.Pattern(Large);
        Task sent = upstream.SendAllAsync(reply);
        byte[] received = await submission.Client.ReceiveAsync(Large);
        await sent;
        upstream.Shutdown(SocketShutdown.Send);

        Wire.AssertSame(reply, received);
        Assert.Equal(PeerEnd.Fin, await submission.Client.EndOfPeerAsync());
        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
        Assert.Equal((Wire.Hello.Length, Large), (_application.Counters.BytesReceived, _application.Counters.BytesSent));
    }

    [Fact]
    public async Task SubmitAsync_UpstreamHalfCloses_LargeUploadArrivesWhole()
    {
        using Submission submission = await Submission.StartAsync(_application);
        using Socket upstream = await _server.AcceptAsync();
        await upstream.SendAllAsync(Wire.Hello);
        upstream.Shutdown(SocketShutdown.Send);
        Assert.Equal(Wire.Hello, await submission.Client.ReceiveAllAsync());

        byte[] upload = Wire.Pattern(Large);
        Task sent = submission.Client.SendAllAsync(upload);
        byte[] received = await upstream.ReceiveAsync(Large);
        await sent;
        submission.Client.Shutdown(SocketShutdown.Send);

        Wire.AssertSame(upload, received);
        Assert.Equal(PeerEnd.Fin, await upstream.EndOfPeerAsync());
        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
        Assert.Equal((Large, Wire.Hello.Length), (_application.Counters.BytesReceived, _application.Counters.BytesSent));
    }

    [Fact]
    public async Task SubmitAsync_BothSendAtOnce_BothArriveWhole()
    {
        using Submission submission = await Submission.StartAsync(_application);
        using Socket upstream = await _server.AcceptAsync();
        byte[] bytes = Wire.Pattern(Large);

        Task<byte[]> down = submission.Client.ReceiveAsync(Large);
        Task<byte[]> up = upstream.ReceiveAsync(Large);
        await Task.WhenAll(submission.Client.SendAllAsync(bytes), upstream.SendAllAsync(bytes), down, up);
        submission.Client.Shutdown(SocketShutdown.Send);
        upstream.Shutdown(SocketShutdown.Send);

        Wire.AssertSame(bytes, await down);
        Wire.AssertSame(bytes, await up);
        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
        Assert.Equal(0, Assert.Single(_application.Upstreams).ActiveConnections);
    }

    [Fact]
    public async Task SubmitAsync_ClientEndsWithoutAByte_UpstreamSeesItsEnd()
    {
        using Submission submission = await Submission.StartAsync(_application);
        using Socket upstream = await _server.AcceptAsync();

        submission.Client.Shutdown(SocketShutdown.Send);

        Assert.Empty(await upstream.ReceiveAllAsync());
        upstream.Shutdown(SocketShutdown.Send);
        Assert.Equal(CloseReason.Completed, await submission.EndAsync());
    }

    public void Dispose() => _server.Dispose();
}
