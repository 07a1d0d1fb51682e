using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using KestrelL4.Server.Transport;
using KestrelL4.Sockets;
using KestrelL4.Testing;
using Microsoft.AspNetCore.Connections;

namespace KestrelL4.Server.Tests.Transport;

public sealed class SocketPipeReaderTests
{
    [Fact]
    public async Task ReadAsync_ExaminedButNotConsumed_GivesItAgainWithMore()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node);
        await pair.Peer.SendAllAsync("abc"u8.ToArray());
        ReadResult first = await ReadAsync(reader);
        Assert.Equal("abc", Text(first));
        reader.AdvanceTo(first.Buffer.GetPosition(1), first.Buffer.End);

        Assert.False(reader.TryRead(out _));
        Task<ReadResult> pending = reader.ReadAsync().AsTask();
        Assert.False(pending.IsCompleted);
        await pair.Peer.SendAllAsync("de"u8.ToArray());

        Assert.Equal("bcde", Text(await Eventually.WithinAsync(pending, "more is read")));
    }

    [Fact]
    public async Task ReadAsync_NotExamined_GivesItAgainAtOnce()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node);
        await pair.Peer.SendAllAsync("abc"u8.ToArray());
        ReadResult first = await ReadAsync(reader);
        reader.AdvanceTo(first.Buffer.GetPosition(1), first.Buffer.GetPosition(2));

        Assert.True(reader.TryRead(out ReadResult again));

        Assert.Equal("bc", Text(again));
    }

    [Fact]
    public async Task ReadAsync_AllConsumed_WaitsForMore()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node);
        await pair.Peer.SendAllAsync("abc"u8.ToArray());
        reader.AdvanceTo((await ReadAsync(reader)).Buffer.End);

        Assert.False(reader.TryRead(out _));
        await pair.Peer.SendAllAsync("de"u8.ToArray());

        Assert.Equal("de", Text(await ReadAsync(reader)));
    }

    [Fact]
    public async Task ReadAsync_PeerEnded_IsCompletedWithWhatIsLeftEachTime()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node);
        await pair.Peer.SendAllAsync("abc"u8.ToArray());
        ReadResult first = await ReadAsync(reader);
        reader.AdvanceTo(first.Buffer.Start, first.Buffer.End);
        Assert.False(reader.HasPeerLeft);
        pair.Peer.Shutdown(SocketShutdown.Send);

        for (int i = 0; i < 2; i++)
        {
            ReadResult last = await ReadAsync(reader);
            Assert.True(last.IsCompleted);
            Assert.Equal("abc", Text(last));
            reader.AdvanceTo(last.Buffer.Start, last.Buffer.End);
        }

        Assert.True(reader.HasPeerLeft);
    }

    [Fact]
    public async Task ReadAsync_PeerEndedWithoutAByte_IsCompletedAndEmpty()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node);
        pair.Peer.Dispose();

        ReadResult result = await ReadAsync(reader);

        Assert.True(result is { IsCompleted: true, Buffer.IsEmpty: true });
        reader.AdvanceTo(result.Buffer.End);
        reader.Complete();
    }

    [Fact]
    public async Task ReadAsync_PeerResets_ThrowsWhatKestrelExpects()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node);
        Task<ReadResult> pending = reader.ReadAsync().AsTask();

        pair.Peer.Reset();

        await Assert.ThrowsAsync<ConnectionResetException>(() => Eventually.WithinAsync(pending, "the read fails"));
        Assert.True(reader.HasPeerLeft);
    }

    [Theory]
    [InlineData("15030300020228", true)]
    [InlineData("1403030001011703030013000102030405060708090A0B0C0D0E0F101112", true)]
    [InlineData("1703030014000102030405060708090A0B0C0D0E0F10111213", false)]
    [InlineData("16030300020228", false)]
    [InlineData("47455420", false)]
    public async Task ReadAsync_PeerSendsRecords_HasLeftWhenTheLastIsAnAlert(string bytes, bool expected)
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node);

        await pair.Peer.SendAllAsync(Convert.FromHexString(bytes));
        await ReadAsync(reader);

        Assert.Equal(expected, reader.HasPeerLeft);
    }

    [Fact]
    public async Task ReadAsync_NodeAborts_IsNoDoingOfThePeer()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node);
        Task<ReadResult> pending = reader.ReadAsync().AsTask();

        pair.Node.Reset();

        await Assert.ThrowsAsync<ConnectionAbortedException>(() => Eventually.WithinAsync(pending, "the read fails"));
        Assert.False(reader.HasPeerLeft);
    }

    [Fact]
    public async Task ReadAsync_Cancelled_LosesNothing()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node);
        await pair.Peer.SendAllAsync("abc"u8.ToArray());
        ReadResult first = await ReadAsync(reader);
        reader.AdvanceTo(first.Buffer.Start, first.Buffer.End);
        using CancellationTokenSource cancelling = new();
        Task<ReadResult> pending = reader.ReadAsync(cancelling.Token).AsTask();

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.WithinAsync(pending, "the read is cancelled"));
        Assert.True(reader.WasReadCancelled);
        await pair.Peer.SendAllAsync("d"u8.ToArray());
        Assert.Equal("abcd", Text(await ReadAsync(reader)));
    }

    // The connection may be disposed while somebody else's read of it is ending.
    [Fact]
    public async Task Complete_WhatWasReadIsStillInUse_NobodyElseGetsItsBuffer()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node);
        await pair.Peer.SendAllAsync("abc"u8.ToArray());
        ReadResult result = await ReadAsync(reader);
        Assert.True(MemoryMarshal.TryGetArray(result.Buffer.First, out ArraySegment<byte> inUse));

        reader.Complete();

        byte[][] taken = [.. Enumerable.Range(0, 16).Select(static _ => RelayBuffers.Shared.Take())];
        Assert.DoesNotContain(taken, buffer => ReferenceEquals(buffer, inUse.Array));
        Array.ForEach(taken, RelayBuffers.Shared.GiveBack);
    }

    [Fact]
    public async Task ReadAsync_NothingConsumedOfAFullBuffer_Throws()
    {
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node);
        Task sending = pair.Peer.SendAllAsync(new byte[1024 * 1024]);

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            while (true)
            {
                ReadResult result = await ReadAsync(reader);
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            }
        });

        pair.Node.Reset();
        _ = await Record.ExceptionAsync(() => sending);
    }

    [Fact]
    public async Task ReadAsync_ManyPiecesWithRandomAdvances_GivesEveryByteInOrder()
    {
        const int Length = 1024 * 1024;
        int seed = System.Random.Shared.Next();
        System.Random random = new(seed);
        byte[] sent = new byte[Length];
        random.NextBytes(sent);
        using SocketPair pair = await SocketPair.CreateAsync();
        SocketPipeReader reader = new(pair.Node);
        Task sending = Task.Run(async () =>
        {
            await pair.Peer.SendAllAsync(sent);
            pair.Peer.Shutdown(SocketShutdown.Send);
        });

        using MemoryStream received = new();
        ReadResult result;
        do
        {
            result = await ReadAsync(reader);
            int consumed = result.IsCompleted ? (int)result.Buffer.Length : random.Next((int)result.Buffer.Length + 1);
            int examined = result.Buffer.Length > 32 * 1024 ? consumed : random.Next(consumed, (int)result.Buffer.Length + 1);
            received.Write(result.Buffer.Slice(0, consumed).ToArray());
            reader.AdvanceTo(result.Buffer.GetPosition(consumed), result.Buffer.GetPosition(examined));
        }
        while (!result.IsCompleted);

        await sending;
        reader.Complete();
        Assert.True(sent.AsSpan().SequenceEqual(received.ToArray()), $"seed {seed}: what was read is not what was sent");
    }

    private static Task<ReadResult> ReadAsync(SocketPipeReader reader) =>
        Eventually.WithinAsync(reader.ReadAsync().AsTask(), "the read completes");

    private static string Text(ReadResult result) => Encoding.ASCII.GetString(result.Buffer);
}
