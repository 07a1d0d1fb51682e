using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>Opens one TCP connection after the other to an address, and keeps what failed.</summary>
internal sealed class ConnectHammer : IAsyncDisposable
{
    // Without a pause between them it is the handshakes that fail behind each that the test would wait for.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(2);

    private readonly IPEndPoint _endPoint;
    private readonly ConcurrentQueue<SocketException> _failures = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _work;
    private long _connections;

    /// <summary>Begins.</summary>
    public ConnectHammer(IPEndPoint endPoint)
    {
        _endPoint = endPoint;
        _work = Task.Run(ConnectAsync);
    }

    /// <summary>How many connections were taken.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>The connections that were refused or lost.</summary>
    public IReadOnlyCollection<SocketException> Failures => _failures;

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _work;
        _ended.Dispose();
    }

    private async Task ConnectAsync()
    {
        using PeriodicTimer timer = new(Interval);
        while (!_ended.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync();
            try
            {
                using Socket socket = await SocketExtensions.ConnectAsync(_endPoint);
                Interlocked.Increment(ref _connections);
            }
            catch (SocketException exception)
            {
                _failures.Enqueue(exception);
            }
        }
    }
}
