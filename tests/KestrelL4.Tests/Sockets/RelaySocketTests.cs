using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using KestrelL4.Sockets;
using KestrelL4.Testing;
using KestrelL4.Testing.Servers;

namespace KestrelL4.Tests.Sockets;

public sealed class RelaySocketTests : IAsyncLifetime
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private RelaySocket _near = null!;
    private Socket _far = null!;

    public async Task InitializeAsync()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(16);
        (_near, _far) = await ConnectAsync();
    }

    public Task DisposeAsync()
    {
        _near.Dispose();
        _far.Dispose();
        _listener.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task ReadAsync_EndCameWithTheBytes_BytesThenEnd()
    {
        // Both are there before the first wait: one piece of news tells of both.
        await _far.SendAllAsync("abc"u8.ToArray());
        _far.Shutdown(SocketShutdown.Send);
        await Eventually.UntilAsync(() => _near.Available == 3, "the bytes are there");

        Assert.Equal(3, await ReadAsync());
        Assert.Equal(0, await ReadAsync());
        Assert.Equal(0, await ReadAsync());
    }

    [Fact]
    public async Task ReadAsync_UrgentByteBetween_EverythingBehindItArrives()
    {
        await _far.SendAllAsync("abc"u8.ToArray());
        await _far.SendAsync("!"u8.ToArray(), SocketFlags.OutOfBand);
        await _far.SendAllAsync("def"u8.ToArray());
        await Eventually.UntilAsync(() => _near.Available >= 3, "the bytes are there");

        int count = 0;
        while (count < 6)
        {
            count += await ReadAsync();
        }

        Assert.Equal(6, count);
    }

    [Fact]
    public async Task WriteAsync_MoreThanFits_AllArrivesWhenThePeerReads()
    {
        byte[] sent = RandomNumberGenerator.GetBytes(8 * 1024 * 1024);
        Task writing = _near.WriteAsync(sent).AsTask();
        Assert.False(writing.IsCompleted);

        byte[] received = new byte[sent.Length];
        for (int count = 0; count < received.Length;)
        {
            count += await _far.ReceiveAsync(received.AsMemory(count));
        }

        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(received));
    }

    [Fact]
    public async Task ReadAsync_MuchInPiecesOfAnySize_IsWhole()
    {
        byte[] sent = RandomNumberGenerator.GetBytes(8 * 1024 * 1024);
        Task sending = Task.Run(async () =>
        {
            for (int begin = 0, size = 1; begin < sent.Length; begin += size, size = Math.Min((size * 7 % 100_003) + 1, sent.Length - begin))
            {
                await _far.SendAllAsync(sent.AsMemory(begin, size));
            }

            _far.Shutdown(SocketShutdown.Send);
        });

        using MemoryStream received = new();
        while (await ReadAsync() is var count and > 0)
        {
            received.Write(_buffer, 0, count);
        }

        await sending;
        Assert.True(sent.AsSpan().SequenceEqual(received.ToArray()));
    }

    [Fact]
    public async Task ReadAsync_PeerResets_Fails()
    {
        Task<int> reading = ReadAsync();

        _far.Close(timeout: 0);

        SocketException failure = await Assert.ThrowsAsync<SocketException>(() => reading);
        Assert.Equal(SocketError.ConnectionReset, failure.SocketErrorCode);
    }

    [Fact]
    public async Task Dispose_SomebodyReadsAndWrites_BothFail()
    {
        Task<int> reading = ReadAsync();
        Task writing = _near.WriteAsync(new byte[16 * 1024 * 1024]).AsTask();

        _near.Dispose();

        foreach (Task pending in new[] { reading, writing })
        {
            SocketException failure = await Assert.ThrowsAsync<SocketException>(() => pending);
            Assert.Equal(SocketError.OperationAborted, failure.SocketErrorCode);
        }

        await Assert.ThrowsAnyAsync<ObjectDisposedException>(async () => await _near.ReadAsync(_buffer));
    }

    [Fact]
    public async Task ReadAsync_Cancelled_FailsAndTheNextReads()
    {
        using CancellationTokenSource cancelling = new();
        Task<int> reading = _near.ReadAsync(_buffer, cancelling.Token).AsTask();
        await cancelling.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);

        await _far.SendAllAsync("abc"u8.ToArray());

        Assert.Equal(3, await ReadAsync());
    }

    [Fact]
    public async Task DialAsync_NobodyListens_IsRefused()
    {
        using RefusingPort refusing = new();
        using RelaySocket socket = new(AddressFamily.InterNetwork, ProtocolType.Tcp);

        SocketException failure = await Assert.ThrowsAsync<SocketException>(
            async () => await socket.DialAsync(refusing.EndPoint, CancellationToken.None));

        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
    }

    [Fact]
    public async Task DialAsync_NoWayThere_FailsAtOnceAndSaysWhy()
    {
        using RelaySocket socket = new(AddressFamily.InterNetwork, ProtocolType.Tcp);

        // TCP goes to no broadcast address: the kernel says so at once.
        SocketException failure = await Assert.ThrowsAsync<SocketException>(
            async () => await socket.DialAsync(new IPEndPoint(IPAddress.Parse("127.255.255.255"), 9), CancellationToken.None));

        Assert.Equal(SocketError.NetworkUnreachable, failure.SocketErrorCode);
    }

    [Fact]
    public async Task Sockets_ComeAndGoWithTheSameNumbers_EachHearsOfItsOwn()
    {
        for (int round = 0; round < 300; round++)
        {
            (RelaySocket near, Socket far) = await ConnectAsync();
            using (near)
            using (far)
            {
                Task<int> reading = near.ReadAsync(_buffer).AsTask();
                await far.SendAllAsync(BitConverter.GetBytes(round));
                Assert.Equal(sizeof(int), await Eventually.WithinAsync(reading, "its bytes arrive"));
                Assert.Equal(round, BitConverter.ToInt32(_buffer));
            }
        }
    }

    [Fact]
    public async Task Release_TheSocketIsCollected_ConnectionGoesOn()
    {
        (Socket given, Socket far) = await ReleasedAsync();
        using (given)
        using (far)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();

            await using NetworkStream stream = new(given, ownsSocket: false);
            await far.SendAllAsync("abc"u8.ToArray());

            Assert.Equal(3, await stream.ReadAtLeastAsync(_buffer, 3));
        }
    }

    private async Task<(Socket Given, Socket Far)> ReleasedAsync()
    {
        (RelaySocket near, Socket far) = await ConnectAsync();
        return (near.Release(), far);
    }

    private Task<int> ReadAsync() => Eventually.WithinAsync(_near.ReadAsync(_buffer).AsTask(), "the read ends");

    private async Task<(RelaySocket Near, Socket Far)> ConnectAsync()
    {
        RelaySocket near = new(AddressFamily.InterNetwork, ProtocolType.Tcp);
        await near.DialAsync((IPEndPoint)_listener.LocalEndPoint!, CancellationToken.None);
        return (near, await _listener.AcceptAsync());
    }
}
