using KestrelL4.Upstreams;

namespace KestrelL4.Forwarding;

/// <summary>Waits for an upstream's place on behalf of a connection, as long as its client is there and its time lasts.</summary>
/// <param name="upstreams">Whose place.</param>
/// <param name="connection">The connection.</param>
/// <param name="client">Its client.</param>
/// <param name="patience">How long it may wait, over all its waits together.</param>
/// <param name="time">The clock of the wait.</param>
internal sealed class PlaceWait(UpstreamSet upstreams, ProxiedConnection connection, RelayEnd client, TimeSpan patience, TimeProvider time)
{
    private const string Cause = "queue_timeout";

    // A client that has sent bytes and is reset then is told by no pending read: the kernel has to be asked.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private TimeSpan _left = patience;

    /// <summary>Waits for a place at an upstream that was not tried yet.</summary>
    /// <param name="tried">The upstreams that were dialled in vain.</param>
    /// <param name="clientSpeaks">Fails when the client is gone.</param>
    /// <returns>The upstream, with the connection counted in. Null = no place came; if the connection is closed, for its reason.</returns>
    public async Task<Upstream?> WaitAsync(IReadOnlyList<Upstream> tried, Task clientSpeaks)
    {
        if (_left <= TimeSpan.Zero)
        {
            return null;
        }

        long begin = time.GetTimestamp();
        Waiter waiter = upstreams.Wait(tried, connection.Key);
        if (waiter.Place.IsCompleted)
        {
            return await waiter.Place.ConfigureAwait(false);
        }

        try
        {
            await WaitAsync(waiter, clientSpeaks).ConfigureAwait(false);
        }
        catch
        {
            waiter.GiveUp();
            if (await waiter.Place.ConfigureAwait(false) is { } taken)
            {
                upstreams.Leave(taken);
            }

            throw;
        }

        Upstream? upstream = await waiter.Place.ConfigureAwait(false);
        _left -= time.GetElapsedTime(begin);
        if (upstream is null && _left <= TimeSpan.Zero)
        {
            connection.Cause ??= Cause;
        }

        return upstream;
    }

    private async Task WaitAsync(Waiter waiter, Task clientSpeaks)
    {
        using CancellationTokenRegistration closing = connection.Closing.UnsafeRegister(static state => ((Waiter)state!).GiveUp(), waiter);
        await using ITimer end = time.CreateTimer(
            static state => ((Waiter)state!).GiveUp(), waiter, TimerBounds.Bound(_left), Timeout.InfiniteTimeSpan);
        await using ITimer look = time.CreateTimer(_ => CloseIfGone(clientSpeaks), null, Interval, Interval);
        await Task.WhenAny(waiter.Place, clientSpeaks).ConfigureAwait(false);
        CloseIfGone(clientSpeaks);
        await waiter.Place.ConfigureAwait(false);

        // Nobody is to be dialled for a client that left since the last look.
        CloseIfGone(clientSpeaks);
    }

    private void CloseIfGone(Task clientSpeaks)
    {
        if (clientSpeaks.IsFaulted || (clientSpeaks.IsCompleted && client.IsClosed))
        {
            connection.Close(CloseReason.ClientAborted);
        }
    }
}
