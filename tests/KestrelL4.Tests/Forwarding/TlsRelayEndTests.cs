using System.Net.Sockets;
using KestrelL4.Forwarding;
using KestrelL4.Testing.Clients;
using KestrelL4.Testing.Fuzzing;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Tests.Forwarding;

public sealed class TlsRelayEndTests
{
    private const int Large = 4 * 1024 * 1024;
    private const int GoodbyeRounds = 40;

    [Theory]
    [InlineData(TlsEngine.Stream)]
    [InlineData(TlsEngine.Direct)]
    public async Task CompleteAsync_AfterALargeWrite_ArrivesWholeAndReadingGoesOn(TlsEngine engine)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
        byte[] sent = Wire.Pattern(Large);
        Task<byte[]> receiving = ends.Client.ReceiveToEndAsync();

        await ends.End.WriteAsync(sent);
        await ends.End.CompleteAsync();

        Wire.AssertSame(sent, await receiving);
        Task sending = ends.Client.SendAsync(sent);
        Wire.AssertSame(sent, await ends.ReadAsync(Large));
        await sending;
    }

    [Theory]
    [InlineData(TlsEngine.Stream)]
    [InlineData(TlsEngine.Direct)]
    public async Task ReadAsync_SeveralRecordsAreThere_FillsTheBufferWithThem(TlsEngine engine)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
        byte[] sent = Wire.Pattern(48 * 1024);
        await ends.Client.SendAsync(sent);
        byte[] buffer = new byte[64 * 1024];
        await ends.End.WaitAsync();
        await Eventually.UntilAsync(() => ends.Client.Socket.Poll(0, SelectMode.SelectWrite), "the records are sent");

        int most = 0;
        for (int read = 0; read < sent.Length;)
        {
            int count = await ends.End.ReadAsync(buffer);
            Assert.Equal(Wire.Pattern(count, read), buffer[..count]);
            read += count;
            most = Math.Max(most, count);
        }

        Assert.InRange(most, (16 * 1024) + 1, sent.Length);
    }

    [Theory]
    [InlineData(TlsEngine.Stream)]
    [InlineData(TlsEngine.Direct)]
    public async Task ReadAsync_ClientSaysGoodbye_IsTheEnd(TlsEngine engine)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
        await ends.Client.SendAsync(Wire.Hello);
        await ends.Client.CompleteSendingAsync();

        Assert.Equal(Wire.Hello, await ends.ReadAsync(Wire.Hello.Length));
        await ends.End.WaitAsync();
        Assert.Equal(0, await ends.End.ReadAsync(new byte[64 * 1024]));
    }

    [Theory]
    [InlineData(TlsEngine.Stream)]
    [InlineData(TlsEngine.Direct)]
    public async Task CompleteAsync_ClientSeesGoodbyeAndAnOrderlyEnd(TlsEngine engine)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
        await ends.End.CompleteAsync();

        Assert.Equal(TlsEnd.CloseNotifyThenFin, await ends.Client.ObserveEndAsync());
    }

    // OpenSSL also reads where it says goodbye, and may meet a record that another thread is about to take.
    [Theory]
    [InlineData(TlsEngine.Stream)]
    [InlineData(TlsEngine.Direct)]
    public Task CompleteAsync_WhileTheClientGoesOnSending_SaysGoodbyeAndTakesItAll(TlsEngine engine) => Fuzz.RunAsync(GoodbyeRounds, async random =>
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
        byte[] piece = Wire.Pattern(random.Next(1, 2_000));
        const int Pieces = 200;
        Task<byte[]> reading = Task.Run(() => ends.ReadAsync(Pieces * piece.Length));
        Task sending = Task.Run(async () =>
        {
            for (int count = 0; count < Pieces; count++)
            {
                await ends.Client.SendAsync(piece);
            }
        });
        for (int yields = random.Next(200); yields > 0; yields--)
        {
            await Task.Yield();
        }

        await ends.End.CompleteAsync();

        await sending.WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal(Pieces * piece.Length, (await reading).Length);
        Assert.Equal(TlsEnd.CloseNotifyThenFin, await ends.Client.ObserveEndAsync());
    });

    [Theory]
    [InlineData(TlsEngine.Stream)]
    [InlineData(TlsEngine.Direct)]
    public async Task Abort_PendingWait_FailsItAndResetsTheClient(TlsEngine engine)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
        Task waiting = ends.End.WaitAsync().AsTask();

        ends.End.Abort();
        ends.End.Abort();

        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => waiting.WaitAsync(Eventually.DefaultDeadline));
        Assert.True(RelayEnd.IsBroken(exception), $"{exception.GetType()} tells of no broken connection");
        Assert.Equal(TlsEnd.Reset, await ends.Client.ObserveEndAsync());
    }

    [Theory]
    [InlineData(TlsEngine.Stream)]
    [InlineData(TlsEngine.Direct)]
    public async Task Finish_PendingRead_EndsAsThoughTheClientHadEnded(TlsEngine engine)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
        Task<int> reading = ends.End.ReadAsync(new byte[64 * 1024]).AsTask();

        ends.End.Finish();

        Assert.Equal(0, await Eventually.WithinAsync(reading, "the read ends"));
    }

    [Theory]
    [InlineData(TlsEngine.Stream)]
    [InlineData(TlsEngine.Direct)]
    public async Task SubmitAsync_LargeReplyAfterTheClientsGoodbye_ArrivesWhole(TlsEngine engine)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
        using ManualServer server = new();
        Application application = Submission.To(TimeProvider.System, new Timeouts(), server.EndPoint);
        Task<CloseReason> ended = application.SubmitAsync(ends.End);
        using Socket upstream = await server.AcceptAsync();
        byte[] bytes = Wire.Pattern(Large);

        Task<byte[]> up = upstream.ReceiveAllAsync();
        await ends.Client.SendAsync(bytes);
        await ends.Client.CompleteSendingAsync();
        Wire.AssertSame(bytes, await up);
        Task<byte[]> down = ends.Client.ReceiveToEndAsync();
        await upstream.SendAllAsync(bytes);
        upstream.Shutdown(SocketShutdown.Send);

        Wire.AssertSame(bytes, await down);
        Assert.Equal(CloseReason.Completed, await Eventually.WithinAsync(ended, "the connection ends"));
        Assert.Equal((Large, Large), (application.Counters.BytesReceived, application.Counters.BytesSent));
    }

    [Theory]
    [InlineData(TlsEngine.Stream)]
    [InlineData(TlsEngine.Direct)]
    public async Task SubmitAsync_UpstreamResets_ClientIsReset(TlsEngine engine)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
        using ManualServer server = new();
        Task<CloseReason> ended = Submission.To(TimeProvider.System, new Timeouts(), server.EndPoint).SubmitAsync(ends.End);
        using Socket upstream = await server.AcceptAsync();
        await ends.Client.SendAsync(Wire.Hello);
        await upstream.ReceiveAsync(Wire.Hello.Length);

        upstream.Reset();

        Assert.Equal(TlsEnd.Reset, await ends.Client.ObserveEndAsync());
        Assert.Equal(CloseReason.UpstreamAborted, await Eventually.WithinAsync(ended, "the connection ends"));
    }
}
