using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using KestrelL4.Server.Transport;
using KestrelL4.Testing;
using Microsoft.AspNetCore.Connections;

namespace KestrelL4.Server.Tests.Transport;

public sealed class SocketPipeWriterTests
{
    [Fact]
    public async Task WriteAsync_LargeAmount_ArrivesWholeThoughTheSocketIsShutDownBehindIt()
    {
        byte[] sent = new byte[4 * 1024 * 1024];
        System.Random.Shared.NextBytes(sent);
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeWriter writer = new(pair.Node);
        Task<byte[]> receiving = pair.Peer.ReceiveToEndAsync();

        await writer.WriteAsync(sent);
        pair.Node.Shutdown(SocketShutdown.Send);

        byte[] received = await Eventually.WithinAsync(receiving, "everything arrives");
        Assert.True(sent.AsSpan().SequenceEqual(received), $"{received.Length} bytes arrived of {sent.Length}, or other ones");
    }

    [Fact]
    public async Task FlushAsync_AfterGetMemory_SendsWhatWasAdvanced()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeWriter writer = new(pair.Node);
        "ab"u8.CopyTo(writer.GetSpan(2));
        writer.Advance(2);
        "cd"u8.CopyTo(writer.GetSpan(10_000));
        writer.Advance(2);

        await writer.WriteAsync("ef"u8.ToArray());
        "gh"u8.CopyTo(writer.GetSpan());
        writer.Advance(2);
        await writer.FlushAsync();
        await writer.FlushAsync();
        pair.Node.Shutdown(SocketShutdown.Send);

        Assert.Equal("abcdefgh"u8.ToArray(), await Eventually.WithinAsync(pair.Peer.ReceiveToEndAsync(), "everything arrives"));
    }

    [Fact]
    public async Task WriteAsync_PeerHasReset_ThrowsWhatKestrelExpects()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeWriter writer = new(pair.Node);
        pair.Peer.Reset();

        await Assert.ThrowsAsync<ConnectionResetException>(() => WriteUntilItFailsAsync(writer));
    }

    [Fact]
    public async Task WriteAsync_NodeAborts_ThrowsWhatKestrelExpects()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeWriter writer = new(pair.Node);
        Task writing = WriteUntilItFailsAsync(writer);

        pair.Node.Reset();

        await Assert.ThrowsAsync<ConnectionAbortedException>(() => writing);
    }

    [Fact]
    public async Task WriteAsync_Cancelled_Throws()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeWriter writer = new(pair.Node);
        using CancellationTokenSource cancelling = new();
        Task writing = WriteUntilItFailsAsync(writer, cancelling.Token);

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
    }

    [Fact]
    public async Task Complete_FlushIsStillPending_NobodyElseGetsItsBuffer()
    {
        const int More = 16 * 1024 * 1024;
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeWriter writer = new(pair.Node);
        Assert.True(MemoryMarshal.TryGetArray(writer.GetMemory(More), out ArraySegment<byte> inUse));
        writer.Advance(More);
        Task flushing = writer.FlushAsync().AsTask();
        Assert.False(flushing.IsCompleted);

        writer.Complete();

        byte[] other = ArrayPool<byte>.Shared.Rent(More);
        Assert.NotSame(inUse.Array, other);
        ArrayPool<byte>.Shared.Return(other);
        pair.Node.Reset();
        await Assert.ThrowsAsync<ConnectionAbortedException>(() => flushing);
    }

    // More than every buffer on the way takes, for nobody reads.
    private static async Task WriteUntilItFailsAsync(SocketPipeWriter writer, CancellationToken cancellation = default)
    {
        byte[] piece = new byte[1024 * 1024];
        for (int i = 0; i < 64; i++)
        {
            await writer.WriteAsync(piece, cancellation).AsTask().WaitAsync(Eventually.DefaultDeadline, CancellationToken.None);
        }
    }
}
