using KestrelL4.OpenSsl;
using KestrelL4.Tests.Forwarding;

namespace KestrelL4.Tests.OpenSsl;

/// <summary>Which session is taken over, and that nothing is lost on the way.</summary>
public sealed class OpenSslSessionTests
{
    // More than the kernel takes on behalf of one that reads nothing.
    private const int Large = 8 * 1024 * 1024;

    // Around the bytes of a record: header, type and tag.
    private static readonly int HelloRecord = 5 + Wire.Hello.Length + 1 + 16;

    public static TheoryData<int> Ahead => [0, 3, 5, HelloRecord - 1, HelloRecord, HelloRecord + 5, 2 * HelloRecord];

    [Theory]
    [MemberData(nameof(Ahead))]
    public async Task TryTakeOver_ClientSentWithItsFinished_IsReadInOrder(int ahead)
    {
        byte[] next = Wire.Pattern(Wire.Hello.Length);
        await using TlsEnds ends = await TlsEnds.TakeOverAsync(await Handshaken.CreateAsync(ahead, Wire.Hello, next));

        Assert.Equal(Wire.Hello, await ends.ReadAsync(Wire.Hello.Length));
        Assert.Equal(next, await ends.ReadAsync(next.Length));
        await ends.Client.SendAsync(Wire.Hello);
        Assert.Equal(Wire.Hello, await ends.ReadAsync(Wire.Hello.Length));
    }

    [Fact]
    public async Task TryTakeOver_CaptureOfAnotherConnection_IsRefusedAndBothGoOn()
    {
        await using Handshaken one = await Handshaken.CreateAsync();
        await using Handshaken other = await Handshaken.CreateAsync();

        Assert.Null(OpenSslSession.TryTakeOver(one.Stream, other.Wire));
        Assert.Null(OpenSslSession.TryTakeOver(other.Stream, one.Wire));

        await AssertEchoesAsync(one);
        await AssertEchoesAsync(other);
        using OpenSslSession? session = OpenSslSession.TryTakeOver(one.Stream, one.Wire);
        Assert.NotNull(session);
    }

    [Fact]
    public async Task TryTakeOver_NoSessionCaptured_IsRefusedAndTheStreamGoesOn()
    {
        await using Handshaken made = await Handshaken.CreateAsync();
        made.Wire.Capture.Dispose();

        Assert.Null(OpenSslSession.TryTakeOver(made.Stream, made.Wire));

        await AssertEchoesAsync(made);
    }

    // Large writes are gathered, small ones are sent at once as far as can be.
    [Theory]
    [InlineData(Large)]
    [InlineData(10_000)]
    public async Task WriteAsync_ClientReadsNothingForAWhile_ArrivesWholeAndReadingGoesOn(int piece)
    {
        await using TlsEnds ends = await TlsEnds.CreateAsync(TlsEngine.Direct);
        ends.Client.Socket.ReceiveBufferSize = 128 * 1024;
        byte[] bytes = Wire.Pattern(Large);

        Task writing = WriteAsync(ends, bytes, piece);
        await ExchangeAsync();
        Assert.False(writing.IsCompleted);
        Task exchanging = ExchangeAsync();

        Wire.AssertSame(bytes, await ends.Client.ReceiveAsync(Large));
        await Task.WhenAll(exchanging, writing).WaitAsync(Eventually.DefaultDeadline);

        async Task ExchangeAsync()
        {
            Task sending = ends.Client.SendAsync(bytes);
            Wire.AssertSame(bytes, await ends.ReadAsync(Large));
            await sending;
        }
    }

    private static async Task WriteAsync(TlsEnds ends, byte[] bytes, int piece)
    {
        foreach (byte[] each in bytes.Chunk(piece))
        {
            await ends.End.WriteAsync(each);
        }
    }

    private static async Task AssertEchoesAsync(Handshaken made)
    {
        Task<byte[]> echoing = made.Client.EchoAsync(Wire.Hello);
        byte[] received = new byte[Wire.Hello.Length];
        await made.Stream.ReadExactlyAsync(received).AsTask().WaitAsync(Eventually.DefaultDeadline);
        await made.Stream.WriteAsync(received);
        Assert.Equal(Wire.Hello, await echoing);
    }
}
