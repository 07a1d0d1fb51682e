using System.Net.Sockets;
using KestrelL4.OpenSsl;
using KestrelL4.Sockets;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Tests.OpenSsl;

public sealed class RecordOutputTests : IAsyncLifetime
{
    private static readonly byte[] Record = new byte[27];

    private readonly ManualServer _server = new();
    private RelaySocket _near = null!;
    private Socket _far = null!;

    public async Task InitializeAsync()
    {
        _near = RelaySocket.Of(await SocketExtensions.ConnectAsync(_server.EndPoint));
        _far = await _server.AcceptAsync();
    }

    public Task DisposeAsync()
    {
        _near.Dispose();
        _far.Dispose();
        _server.Dispose();
        return Task.CompletedTask;
    }

    // A client that goes on sending after our end may change its keys as often as it likes: an answer that fails would end what it sends.
    [Fact]
    public async Task Send_AfterTheGoodbyeAndOurFin_IsDroppedWithoutFailing()
    {
        RecordOutput output = new(_near) { HasEnded = true };
        _near.Shutdown(SocketShutdown.Send);

        Assert.Equal(Record.Length, output.Send(Record));

        Assert.Null(output.Failure);
        Assert.False(output.HoldsSomething);
        Assert.Empty(await _far.ReceiveToEndAsync());
    }

    [Fact]
    public async Task Send_WhileSomethingIsUnderWay_IsHeldBehindIt()
    {
        RecordOutput output = new(_near) { IsGathering = true };
        Assert.Equal(Record.Length, output.Send(Record));
        output.IsGathering = false;
        Assert.True(output.TryTake(out byte[]? taken, out int count));
        Assert.Equal(Record.Length, count);

        Assert.Equal(3, output.Send(new byte[3]));
        Assert.True(output.HoldsSomething);
        output.EndSending(taken!);
        Assert.Equal(2, output.Send(new byte[2]));

        Assert.True(output.TryTake(out taken, out count));
        Assert.Equal(5, count);
        output.EndSending(taken!);
        Assert.False(output.TryTake(out _, out _));
        _near.Shutdown(SocketShutdown.Send);
        Assert.Empty(await _far.ReceiveToEndAsync());
    }
}
