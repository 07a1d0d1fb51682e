using System.Net.Sockets;
using KestrelL4.Forwarding;

namespace KestrelL4.Tests.Forwarding;

/// <summary>What a TLS connection shows of a peer, or an owner, that breaks it.</summary>
public sealed class TlsBreakTests
{
    // A record that no session made, what breaks off within one, and what is none.
    private const string Record = "1703030020000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";
    private const string PartOfHeader = "170303";
    private const string Header = "1703030020";
    private const string PartOfBody = "1703030020000102";
    private const string TooLong = "170303FFFF0001020304";
    private const string NoRecord = "474554202F20485454502F312E310D0A";

    [Theory]
    [InlineData(TlsEngine.Stream, PartOfHeader)]
    [InlineData(TlsEngine.Stream, Header)]
    [InlineData(TlsEngine.Stream, PartOfBody)]
    [InlineData(TlsEngine.Direct, PartOfHeader)]
    [InlineData(TlsEngine.Direct, Header)]
    [InlineData(TlsEngine.Direct, PartOfBody)]
    public async Task ReadAsync_EndWithinARecord_IsABreak(TlsEngine engine, string fragment)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
        await ends.Client.SendAsync(Wire.Hello);
        await ends.Client.Socket.SendAllAsync(Convert.FromHexString(fragment));
        ends.Client.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(Wire.Hello, await ends.ReadAsync(Wire.Hello.Length));
        await AssertBreaksAsync(ends);
    }

    [Theory]
    [InlineData(TlsEngine.Stream)]
    [InlineData(TlsEngine.Direct)]
    public async Task ReadAsync_EndBetweenRecords_IsTheEnd(TlsEngine engine)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
        await ends.Client.SendAsync(Wire.Hello);
        ends.Client.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(Wire.Hello, await ends.ReadAsync(Wire.Hello.Length));
        await ends.End.WaitAsync();
        Assert.Equal(0, await ends.End.ReadAsync(new byte[1]));
    }

    [Theory]
    [InlineData(TlsEngine.Stream, Record)]
    [InlineData(TlsEngine.Stream, NoRecord)]
    [InlineData(TlsEngine.Direct, Record)]
    [InlineData(TlsEngine.Direct, TooLong)]
    [InlineData(TlsEngine.Direct, NoRecord)]
    public async Task ReadAsync_GarbledRecord_IsABreak(TlsEngine engine, string garbage)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
        await ends.Client.SendAsync(Wire.Hello);
        await ends.Client.Socket.SendAllAsync(Convert.FromHexString(garbage));

        Assert.Equal(Wire.Hello, await ends.ReadAsync(Wire.Hello.Length));
        await AssertBreaksAsync(ends);
    }

    // The kernel gives what came before a reset, and tells of the reset once: here to the write.
    [Theory]
    [InlineData(TlsEngine.Stream)]
    [InlineData(TlsEngine.Direct)]
    public async Task WriteAsync_ClientHasReset_FailsAndWhatTheClientSentIsStillRead(TlsEngine engine)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);
        await ends.Client.SendAsync(Wire.Hello);
        ends.Client.Reset();
        await Eventually.UntilAsync(() => ends.End.IsClosed, "the reset arrives");

        await AssertIsBrokenAsync(() => ends.End.WriteAsync(Wire.Hello).AsTask());

        Assert.Equal(Wire.Hello, await ends.ReadAsync(Wire.Hello.Length));
        Assert.Equal(0, await ends.End.ReadAsync(new byte[1]));
        Assert.True(ends.End.WasReset);
    }

    [Theory]
    [InlineData(TlsEngine.Stream)]
    [InlineData(TlsEngine.Direct)]
    public async Task WriteAsync_AfterAbort_FailsAsBroken(TlsEngine engine)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);

        ends.End.Abort();

        await AssertIsBrokenAsync(() => ends.End.WriteAsync(Wire.Hello).AsTask());
        await AssertIsBrokenAsync(() => ends.End.AnnounceEndAsync().AsTask());
    }

    [Theory]
    [InlineData(TlsEngine.Stream)]
    [InlineData(TlsEngine.Direct)]
    public async Task DisposeAsync_Twice_ClosesTheConnectionAndFailsWhatComesAfter(TlsEngine engine)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(engine);

        await ends.End.DisposeAsync();
        await ends.End.DisposeAsync();

        await AssertIsBrokenAsync(() => ends.End.ReadAsync(new byte[1]).AsTask());
        await AssertIsBrokenAsync(() => ends.End.WriteAsync(Wire.Hello).AsTask());
        Assert.Equal(PeerEnd.Fin, await ends.Client.Socket.EndOfPeerAsync());
    }

    private static Task AssertBreaksAsync(TlsEnds ends) => AssertIsBrokenAsync(async () =>
    {
        await ends.End.WaitAsync();
        await ends.End.ReadAsync(new byte[64 * 1024]);
    });

    private static async Task AssertIsBrokenAsync(Func<Task> act)
    {
        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => act().WaitAsync(Eventually.DefaultDeadline));
        Assert.True(RelayEnd.IsBroken(exception), $"{exception.GetType()} tells of no broken connection");
    }
}
