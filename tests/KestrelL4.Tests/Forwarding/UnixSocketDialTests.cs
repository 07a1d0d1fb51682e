using System.Net.Sockets;
using KestrelL4.Forwarding;
using KestrelL4.Upstreams;

namespace KestrelL4.Tests.Forwarding;

public sealed class UnixSocketDialTests : IDisposable
{
    private static readonly TimeSpan Connect = TimeSpan.FromSeconds(3);

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTime _time = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint _path;

    public UnixSocketDialTests() => _path = new UnixDomainSocketEndPoint(_directory["db.sock"]);

    public void Dispose()
    {
        _listener.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task SubmitAsync_UnixSocket_RelaysWithHalfClose()
    {
        Listen(8);
        Task<byte[]> served = ServeAsync();
        using Submission submission = await Submission.StartAsync(new Application("db", [new Upstream("a", _path)], time: _time));

        await submission.Client.SendAllAsync(Wire.Hello);
        submission.Client.Shutdown(SocketShutdown.Send);

        Assert.Equal(Wire.Hello, await Eventually.WithinAsync(served, "the upstream reads to the end"));
        Assert.Equal("bye"u8.ToArray(), await submission.Client.ReceiveAllAsync());
        Assert.Equal(CloseReason.Completed, await submission.EndAsync());

        async Task<byte[]> ServeAsync()
        {
            using Socket accepted = await _listener.AcceptAsync();
            byte[] received = await accepted.ReceiveAllAsync();
            await accepted.SendAllAsync("bye"u8.ToArray());
            return received;
        }
    }

    [Fact]
    public async Task SubmitAsync_ConnectionIsCut_UpstreamSeesAnEndAndClientAReset()
    {
        Listen(8);
        using Submission submission = await Submission.StartAsync(new Application("db", [new Upstream("a", _path)], time: _time));
        using Socket accepted = await _listener.AcceptAsync();
        await submission.Client.SendAllAsync(Wire.Hello);
        Assert.Equal(Wire.Hello, await accepted.ReceiveAsync(Wire.Hello.Length));

        submission.Connection.Close(CloseReason.ClosedByOperator);

        Assert.Empty(await accepted.ReceiveAllAsync());
        Assert.Equal(PeerEnd.Reset, await submission.Client.EndOfPeerAsync());
        Assert.Equal(CloseReason.ClosedByOperator, await submission.EndAsync());
    }

    [Fact]
    public async Task DialAsync_NoSuchPath_IsUnreachable()
    {
        Dial dial = await DialAsync();

        Assert.Equal((DialResult.Unreachable, "no such path"), (dial.Result, dial.Problem));
    }

    [Fact]
    public async Task DialAsync_NobodyListens_IsRefused()
    {
        _listener.Bind(_path);

        Dial dial = await DialAsync();

        Assert.Equal((DialResult.Refused, "nobody listens at this path"), (dial.Result, dial.Problem));
    }

    [Fact]
    public async Task DialAsync_BacklogIsFull_WaitsForRoomAsLongAsTheDialMay()
    {
        Listen(0);
        using Socket first = await ConnectAsync();
        Task<Dial> waiting = DialAsync();
        await Eventually.UntilAsync(() => _time.ArmedTimers > 1, "the dial waits for room");
        using Socket accepted = await _listener.AcceptAsync();
        _time.Advance(TimeSpan.FromMilliseconds(20));
        await using RelayEnd? end = (await waiting).End;
        Assert.NotNull(end);

        Task<Dial> late = DialAsync();
        await Eventually.UntilAsync(() => _time.ArmedTimers > 1, "the dial waits for room");
        _time.Advance(Connect);

        Dial dial = await late;
        Assert.Equal((DialResult.Timeout, "its backlog is full"), (dial.Result, dial.Problem));
    }

    private void Listen(int backlog)
    {
        _listener.Bind(_path);
        _listener.Listen(backlog);
    }

    private async Task<Socket> ConnectAsync()
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(_path);
        return socket;
    }

    private Task<Dial> DialAsync() => Eventually.WithinAsync(
        new UpstreamDialer(_time, NameResolution.Shared).DialAsync(new Upstream("a", _path), default, Connect, CancellationToken.None), "the dial ends");
}
