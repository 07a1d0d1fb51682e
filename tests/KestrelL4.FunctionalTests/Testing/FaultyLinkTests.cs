using System.Diagnostics;
using System.Net.Sockets;

namespace KestrelL4.FunctionalTests.Testing;

public sealed class FaultyLinkTests : IAsyncLifetime
{
    private readonly EchoServer _server = new();
    private readonly FaultyLink _link;

    public FaultyLinkTests() => _link = new FaultyLink(_server.EndPoint);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _link.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Refuse_ThenMend_ResetsRefusesAndPassesAgain()
    {
        using Socket before = await EchoAsync();

        await _link.RefuseAsync();

        Assert.Equal(PeerEnd.Reset, await before.ObserveEndAsync());
        await Assert.ThrowsAsync<SocketException>(() => SocketExtensions.ConnectAsync(_link.EndPoint));
        _link.Mend();
        using Socket after = await EchoAsync();
        Assert.Equal(2, _link.Accepted);
    }

    [Fact]
    public async Task Silence_ThenMend_HoldsUpWhatComesAndLosesNothing()
    {
        using Socket open = await EchoAsync();

        _link.Silence();

        await open.SendAllAsync("held up"u8.ToArray());
        using Socket another = await SocketExtensions.ConnectAsync(_link.EndPoint);
        await another.SendAllAsync("so am I"u8.ToArray());
        await Eventually.UntilAsync(() => _link.Accepted == 2, "the other is accepted");
        Assert.Equal(1, _server.Accepted);
        Assert.Equal(0, open.Available);
        _link.Mend();
        Assert.Equal("held up"u8.ToArray(), await ReceiveAsync(open, 7));
        Assert.Equal("so am I"u8.ToArray(), await ReceiveAsync(another, 7));
    }

    [Fact]
    public async Task SilenceOpen_ThenMend_HoldsUpWhatWasOpenAlone()
    {
        using Socket open = await EchoAsync();

        _link.SilenceOpen();

        await open.SendAllAsync("held up"u8.ToArray());
        using Socket another = await EchoAsync();
        Assert.Equal(0, open.Available);
        _link.Mend();
        Assert.Equal("held up"u8.ToArray(), await ReceiveAsync(open, 7));
    }

    [Fact]
    public async Task Redirect_ToAnother_ResetsAndLeadsThere()
    {
        await using EchoServer another = new();
        using Socket before = await EchoAsync();

        _link.Redirect(another.EndPoint);

        Assert.Equal(PeerEnd.Reset, await before.ObserveEndAsync());
        using Socket after = await EchoAsync();
        Assert.Equal((1, 1), (_server.Accepted, another.Accepted));
    }

    [Fact]
    public async Task Delay_OfWhatIsSent_LastsEachWay()
    {
        using Socket socket = await EchoAsync();
        _link.Delay(TimeSpan.FromMilliseconds(150));

        long started = Stopwatch.GetTimestamp();
        await socket.SendAllAsync("slow"u8.ToArray());
        Assert.Equal("slow"u8.ToArray(), await ReceiveAsync(socket, 4));

        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 299, double.MaxValue);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(PeerEnd.Fin, await socket.ObserveEndAsync());
    }

    private async Task<Socket> EchoAsync()
    {
        Socket socket = await SocketExtensions.ConnectAsync(_link.EndPoint);
        await socket.SendAllAsync("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), await ReceiveAsync(socket, 1));
        return socket;
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        using CancellationTokenSource deadline = new(Eventually.DefaultDeadline);
        for (int received = 0; received < count;)
        {
            int more = await socket.ReceiveAsync(bytes.AsMemory(received), deadline.Token);
            Assert.True(more > 0, "the connection has ended");
            received += more;
        }

        return bytes;
    }
}
