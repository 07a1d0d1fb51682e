using System.Collections.Concurrent;
using System.Net;

namespace KestrelL4.FunctionalTests.Reload;

/// <summary>
/// A client that no change concerns: one connection that it never lets go and echoes over, and a new one again and again.
/// Whatever fails there is kept.
/// </summary>
internal sealed class Bystander : IAsyncDisposable
{
    private static readonly TimeSpan EchoInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ConnectInterval = TimeSpan.FromMilliseconds(50);

    private readonly Func<Task<TlsClient>> _connect;
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _work;
    private long _echoes;
    private long _connections;

    /// <summary>Begins.</summary>
    public Bystander(IPEndPoint endPoint, TestCertificate certificate)
    {
        _connect = () => TlsClient.ConnectAsync(endPoint, certificate);
        _work = Task.WhenAll(RepeatAsync(ConnectInterval, ComeAndGoAsync), HoldAsync());
    }

    /// <summary>How many connections have been opened, used and ended so far.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>How many echoes came back over the connection that is never let go.</summary>
    public long Echoes => Interlocked.Read(ref _echoes);

    /// <summary>Whatever went wrong so far.</summary>
    public IReadOnlyCollection<Exception> Failures => _failures;

    /// <summary>Waits until it has been served again over the old connection and over new ones, and makes sure that nothing ever failed.</summary>
    /// <param name="node">Who serves it, to tell what it says of a failure; null = unknown.</param>
    public async Task AssertUnharmedAsync(TestNode? node = null)
    {
        (long echoes, long connections) = (Echoes, Connections);
        await Eventually.UntilAsync(
            () => !_failures.IsEmpty || (Echoes > echoes + 1 && Connections > connections + 1), "the bystander goes on being served");
        Assert.True(_failures.IsEmpty, $"{string.Join('\n', _failures)}\nThe node said:\n{string.Join('\n', Unusual(node))}");
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _work;
        _ended.Dispose();
    }

    private static IEnumerable<string> Unusual(TestNode? node) => (node?.Process.Lines ?? []).Where(static line =>
        line.Contains("client=bystander", StringComparison.Ordinal) && !line.Contains("ended: completed", StringComparison.Ordinal));

    private async Task HoldAsync()
    {
        try
        {
            await using TlsClient client = await _connect();
            await RepeatAsync(EchoInterval, async () =>
            {
                await client.EchoAsync([7]);
                Interlocked.Increment(ref _echoes);
            });
        }
        catch (Exception exception)
        {
            _failures.Enqueue(exception);
        }
    }

    private async Task ComeAndGoAsync()
    {
        await using TlsClient client = await _connect();
        await client.EchoAsync([7, 7]);
        await client.CompleteSendingAsync();
        Assert.Equal(TlsEnd.CloseNotifyThenFin, await client.ObserveEndAsync());
        Interlocked.Increment(ref _connections);
    }

    private async Task RepeatAsync(TimeSpan interval, Func<Task> work)
    {
        try
        {
            using PeriodicTimer timer = new(interval);
            do
            {
                await work();
            }
            while (await timer.WaitForNextTickAsync(_ended.Token));
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            // The test is over.
        }
        catch (Exception exception)
        {
            _failures.Enqueue(exception);
        }
    }
}
