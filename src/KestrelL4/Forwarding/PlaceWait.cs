using KestrelL4.Upstreams;

namespace KestrelL4.Forwarding;

/// <summary>Waits for an upstream's place on behalf of a connection, as long as its client is there and its time lasts.</summary>
/// <param name="upstreams">Whose place.</param>
/// <param name="connection">The connection.</param>
/// <param name="watch">Notices that its client is gone.</param>
/// <param name="patience">How long it may wait, over all its waits together.</param>
/// <param name="time">The clock of the wait.</param>
internal sealed class PlaceWait(
    UpstreamSet upstreams, ProxiedConnection connection, ClientWatch watch, TimeSpan patience, TimeProvider time)
{
    private const string Cause = "queue_timeout";

    private TimeSpan _left = patience;

    /// <summary>Waits for a place at an upstream that was not tried yet.</summary>
    /// <param name="tried">The upstreams that were dialled in vain.</param>
    /// <returns>The upstream, with the connection counted in. Null = no place came; if the connection is closed, for its reason.</returns>
    public async Task<Upstream?> WaitAsync(IReadOnlyList<Upstream> tried)
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
            await WaitAsync(waiter).ConfigureAwait(false);
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

    private async Task WaitAsync(Waiter waiter)
    {
        using CancellationTokenRegistration closing = connection.Closing.UnsafeRegister(static state => ((Waiter)state!).GiveUp(), waiter);
        await using PlaceDeadline end = new(waiter, _left, time);
        _ = await watch.WhileAsync(waiter.Place).ConfigureAwait(false);
    }
}
