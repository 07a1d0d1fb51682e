using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using KestrelL4.Server.Admin.Answers;

namespace KestrelL4.Server.Admin.Page;

/// <summary>Tells open pages how the node is, once a second; a node that nobody looks at does nothing for it.</summary>
/// <param name="status">Takes stock of the node, as <c>/status</c> does.</param>
/// <param name="history">Its last minutes.</param>
/// <param name="time">The node's clock.</param>
internal sealed class PageFeed(Func<NodeStatus> status, TrafficHistory history, TimeProvider time)
{
    /// <summary>The time between two looks at the node.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<PageFrame>? _latest;
    private PageFrame? _before;
    private long _lookedAt;

    /// <summary>What a page is told, from all there is at first to what changes later. A reader that is slow misses looks, never news.</summary>
    public async IAsyncEnumerable<SseItem<byte[]>> FollowAsync([EnumeratorCancellation] CancellationToken ended)
    {
        PageFrame? seen = null;
        while (await NextAsync(seen, ended).ConfigureAwait(false) is { } frame)
        {
            foreach (SseItem<byte[]> news in frame.NewsSince(seen))
            {
                yield return news;
            }

            seen = frame;
        }
    }

    private async Task<PageFrame?> NextAsync(PageFrame? seen, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                PageFrame latest = await LookAsync(out TimeSpan age).WaitAsync(ended).ConfigureAwait(false);
                if (latest != seen)
                {
                    return latest;
                }

                TimeSpan left = Interval - age;
                await Task.Delay(left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1), time, ended).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return null;
        }
    }

    // The page that finds the last look too old has the next one taken, for all.
    private Task<PageFrame> LookAsync(out TimeSpan age)
    {
        lock (_lock)
        {
            age = time.GetElapsedTime(_lookedAt);
            if (_latest is null || (_latest.IsCompleted && age >= Interval))
            {
                _lookedAt = time.GetTimestamp();
                age = TimeSpan.Zero;
                _latest = Task.Run(Look);
            }

            return _latest;
        }
    }

    private PageFrame Look() => _before = new PageFrame(status(), history.Record, time.GetUtcNow(), _before);
}
