using System.Collections.Concurrent;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>Several clients that connect, echo and leave, each again and again, and keep what failed.</summary>
internal sealed class HandshakeHammer : IAsyncDisposable
{
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _work;
    private long _served;

    /// <summary>Begins.</summary>
    /// <param name="connect">Connects one client.</param>
    /// <param name="clients">How many do so at the same time.</param>
    public HandshakeHammer(Func<Task<TlsClient>> connect, int clients) =>
        _work = Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(() => RepeatAsync(connect))));

    /// <summary>How many connections were served.</summary>
    public long Served => Interlocked.Read(ref _served);

    /// <summary>Whatever failed.</summary>
    public IReadOnlyCollection<Exception> Failures => _failures;

    /// <summary>Ends; every connection under way is served before.</summary>
    public async Task StopAsync()
    {
        await _ended.CancelAsync();
        await _work;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _ended.Dispose();
    }

    private async Task RepeatAsync(Func<Task<TlsClient>> connect)
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                await using TlsClient client = await connect();
                await client.EchoAsync([5]);
                Interlocked.Increment(ref _served);
            }
            catch (Exception exception)
            {
                _failures.Enqueue(exception);
            }
        }
    }
}
