using System.Collections.Concurrent;
using KestrelL4.Sockets;

namespace KestrelL4.Tests.Sockets;

public sealed class RelayBuffersTests
{
    // RFC 8446 section 5: a header of 5 bytes, the inner type, a tag of 16.
    private const int LargestRecord = 16 * 1024;
    private const int RecordOverhead = 22;

    [Fact]
    public void Take_NothingKept_GivesDifferentBuffersWithRoomForTheirRecords()
    {
        RelayBuffers buffers = new(mostKept: 2);

        byte[] first = buffers.Take();
        byte[] second = buffers.Take();

        Assert.NotSame(first, second);
        Assert.All([first, second], static buffer => Assert.True(
            buffer.Length >= RelayBuffers.Size + (RelayBuffers.Size / LargestRecord * RecordOverhead), $"{buffer.Length} bytes"));
    }

    [Fact]
    public void Take_SomeKept_GivesTheOneGivenBackLast()
    {
        RelayBuffers buffers = new(mostKept: 2);
        byte[] first = buffers.Take();
        byte[] second = buffers.Take();

        buffers.GiveBack(first);
        buffers.GiveBack(second);

        Assert.Same(second, buffers.Take());
        Assert.Same(first, buffers.Take());
    }

    [Fact]
    public async Task Take_GivenBackByAnotherThread_GivesTheSame()
    {
        RelayBuffers buffers = new(mostKept: 1);
        byte[] buffer = buffers.Take();

        await Task.Factory.StartNew(
            () => buffers.GiveBack(buffer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        Assert.Same(buffer, buffers.Take());
    }

    [Fact]
    public void GiveBack_MoreThanAreKept_LeavesThemToTheCollector()
    {
        RelayBuffers buffers = new(mostKept: 1);
        byte[] kept = buffers.Take();
        byte[] left = buffers.Take();

        buffers.GiveBack(kept);
        buffers.GiveBack(left);

        Assert.Same(kept, buffers.Take());
        Assert.NotSame(left, buffers.Take());
    }

    [Fact]
    public void Take_FromManyThreads_GivesNoBufferTwice()
    {
        RelayBuffers buffers = new(mostKept: 4);
        ConcurrentDictionary<byte[], bool> taken = new();

        Parallel.For(0, 10_000, _ =>
        {
            byte[] buffer = buffers.Take();
            Assert.True(taken.TryAdd(buffer, true), "a buffer was taken twice");
            Assert.True(taken.TryRemove(buffer, out bool _));
            buffers.GiveBack(buffer);
        });
    }
}
