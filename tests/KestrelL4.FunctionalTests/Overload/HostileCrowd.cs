using System.Net;
using System.Net.Sockets;

namespace KestrelL4.FunctionalTests.Overload;

/// <summary>Clients that mean no good, and come back a while after the node has closed them.</summary>
internal sealed class HostileCrowd : IAsyncDisposable
{
    // Begins like the first message of a TLS client that is to be 512 bytes long.
    private static readonly byte[] Hello = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03];
    private static readonly TimeSpan EachByte = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _dispersed = new();
    private readonly IPEndPoint _server;
    private readonly TimeSpan _pause;
    private readonly Task _all;
    private int _connections;

    /// <summary>Assembles it.</summary>
    /// <param name="server">Whom it is after.</param>
    /// <param name="silent">How many connect and say nothing.</param>
    /// <param name="garbage">How many send what is no TLS.</param>
    /// <param name="slow">How many send one byte a second of what begins like TLS.</param>
    /// <param name="pause">How long each stays away after it was closed.</param>
    public HostileCrowd(IPEndPoint server, int silent, int garbage, int slow, TimeSpan pause)
    {
        _server = server;
        _pause = pause;
        _all = Task.WhenAll(
            [
                .. Enumerable.Range(0, silent).Select(_ => ComeBackAsync(static (_, _) => Task.CompletedTask)),
                .. Enumerable.Range(0, garbage).Select(_ => ComeBackAsync(SendGarbageAsync)),
                .. Enumerable.Range(0, slow).Select(_ => ComeBackAsync(TrickleAsync)),
            ]);
    }

    /// <summary>How many connections they have made.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Disperses it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _dispersed.CancelAsync();
        await _all;
        _dispersed.Dispose();
    }

    private static async Task SendGarbageAsync(Socket socket, CancellationToken cancellation)
    {
        byte[] garbage = new byte[256];
        Random.Shared.NextBytes(garbage);
        await socket.SendAllAsync(garbage, cancellation);
    }

    private static async Task TrickleAsync(Socket socket, CancellationToken cancellation)
    {
        using PeriodicTimer pace = new(EachByte);
        foreach (byte next in Hello)
        {
            await socket.SendAllAsync(new[] { next }, cancellation);
            await pace.WaitForNextTickAsync(cancellation);
        }
    }

    // With a buffer that fits thousands of them.
    private static async Task AwaitEndAsync(Socket socket, CancellationToken cancellation)
    {
        byte[] buffer = new byte[16];
        while (await socket.ReceiveAsync(buffer, cancellation) > 0)
        {
        }
    }

    private async Task ComeBackAsync(Func<Socket, CancellationToken, Task> actAsync)
    {
        try
        {
            while (true)
            {
                // Not all at the same moment, not even at first.
                await Task.Delay(_pause * Random.Shared.NextDouble(), _dispersed.Token);
                await VisitAsync(actAsync);
            }
        }
        catch (OperationCanceledException)
        {
            // It was dispersed.
        }
    }

    private async Task VisitAsync(Func<Socket, CancellationToken, Task> actAsync)
    {
        try
        {
            using Socket socket = await SocketExtensions.ConnectAsync(_server, cancellationToken: _dispersed.Token);
            Interlocked.Increment(ref _connections);
            Task end = AwaitEndAsync(socket, _dispersed.Token);
            await actAsync(socket, _dispersed.Token);
            await end;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            // It was closed, as it should be.
        }
    }
}
