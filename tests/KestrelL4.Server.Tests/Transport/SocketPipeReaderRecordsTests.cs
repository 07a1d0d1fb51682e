using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using KestrelL4.Server.Transport;
using KestrelL4.Testing;

namespace KestrelL4.Server.Tests.Transport;

/// <summary>The reader under a handshake, whose records it gives one by one.</summary>
public sealed class SocketPipeReaderRecordsTests
{
    [Fact]
    public async Task ReadAsync_SeveralAreThere_GivesOneARead()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node) { GivesRecords = true };
        await pair.Peer.SendAllAsync((byte[])[.. Record("abc"), .. Record("de"), .. Record("fgh")[..6]]);

        Assert.Equal("abc", await BodyAsync(reader));
        Assert.Equal("de", await BodyAsync(reader));
        ReadResult part = await ReadAsync(reader);
        Assert.Equal(Record("fgh")[..6], part.Buffer.ToArray());
        reader.AdvanceTo(part.Buffer.Start, part.Buffer.End);
        Assert.False(reader.TryRead(out _));
        await pair.Peer.SendAllAsync((byte[])[.. "gh"u8, .. Record("i")]);

        Assert.Equal("fgh", await BodyAsync(reader));
        Assert.Equal("i", await BodyAsync(reader));
    }

    [Fact]
    public async Task ReadAsync_AHeaderComesInTwo_WaitsForAllOfIt()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node) { GivesRecords = true };
        await pair.Peer.SendAllAsync(Record("abc").AsMemory(0, 4));
        Task<ReadResult> pending = reader.ReadAsync().AsTask();
        await Eventually.UntilAsync(() => pair.Node.Available == 0, "a part of the header is received");

        Assert.False(pending.IsCompleted);
        await pair.Peer.SendAllAsync((byte[])[.. Record("abc")[4..], .. Record("de")]);

        Assert.Equal(Record("abc"), (await Eventually.WithinAsync(pending, "the record is read")).Buffer.ToArray());
    }

    [Fact]
    public async Task ReadAsync_OneIsConsumedInParts_GivesWhatIsLeftOfIt()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node) { GivesRecords = true };
        await pair.Peer.SendAllAsync((byte[])[.. Record("abc"), .. Record("de")]);

        reader.AdvanceTo((await ReadAsync(reader)).Buffer.GetPosition(6));
        ReadResult left = await ReadAsync(reader);
        Assert.Equal("bc"u8.ToArray(), left.Buffer.ToArray());
        reader.AdvanceTo(left.Buffer.End);

        Assert.Equal("de", await BodyAsync(reader));
    }

    [Fact]
    public async Task ReadAsync_ThePeerEndedWithinOne_GivesThemAllAndThenTheEnd()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node) { GivesRecords = true };
        await pair.Peer.SendAllAsync((byte[])[.. Record("abc"), .. Record("de"), .. Record("fgh")[..6]]);
        pair.Peer.Shutdown(SocketShutdown.Send);

        Assert.Equal("abc", await BodyAsync(reader));
        Assert.Equal("de", await BodyAsync(reader));
        Assert.Equal("f", await BodyAsync(reader));
        Assert.True(await ReadAsync(reader) is { IsCompleted: true, Buffer.IsEmpty: true });
    }

    [Fact]
    public async Task ReadAsync_NoMoreByRecords_GivesAllThatIsThere()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node) { GivesRecords = true };
        await pair.Peer.SendAllAsync((byte[])[.. Record("abc"), .. Record("de"), .. Record("fgh")[..2]]);
        Assert.Equal("abc", await BodyAsync(reader));

        reader.GivesRecords = false;

        byte[] given = (await ReadAsync(reader)).Buffer.ToArray();
        Assert.Equal([.. Record("de"), .. Record("fgh")[..2]], given);
    }

    [Fact]
    public async Task TakeOver_BehindARecord_EndsThePipeAndLeavesTheRestToTakeRest()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node) { GivesRecords = true };
        await pair.Peer.SendAllAsync((byte[])[.. Record("abc"), .. Record("de"), .. Record("fgh")[..2]]);
        Assert.Equal("abc", await BodyAsync(reader));
        byte[] rest = new byte[64];

        reader.TakeOver();

        Assert.Equal((4, 5, 0), (reader.TakeRest(rest.AsSpan(0, 4)), reader.TakeRest(rest.AsSpan(4)), reader.TakeRest(rest)));

        Assert.Equal([.. Record("de"), .. Record("fgh")[..2]], rest[..9]);
        Assert.True(await ReadAsync(reader) is { IsCompleted: true, Buffer.IsEmpty: true }, "the pipe goes on");
    }

    private static byte[] Record(string body) => [23, 3, 3, 0, (byte)body.Length, .. Encoding.ASCII.GetBytes(body)];

    private static async Task<string> BodyAsync(SocketPipeReader reader)
    {
        ReadResult result = await ReadAsync(reader);
        string body = Encoding.ASCII.GetString(result.Buffer.Slice(5));
        reader.AdvanceTo(result.Buffer.End);
        return body;
    }

    private static Task<ReadResult> ReadAsync(SocketPipeReader reader) =>
        Eventually.WithinAsync(reader.ReadAsync().AsTask(), "the read completes");
}
