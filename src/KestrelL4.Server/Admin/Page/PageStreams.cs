using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Admin.Routes;
using Microsoft.AspNetCore.Http.HttpResults;

namespace KestrelL4.Server.Admin.Page;

/// <summary>The streams of the pages that are open at a door: few enough that probes and scrapers always find a place.</summary>
/// <param name="feed">What they are told.</param>
/// <param name="stopping">The door closes.</param>
internal sealed class PageStreams(PageFeed feed, CancellationToken stopping)
{
    /// <summary>The most at once.</summary>
    public const int Most = 32;

    private int _open;

    /// <summary>Opens one more, if there is room.</summary>
    public Results<PageStream, ServiceUnavailable<AdminError>> Open()
    {
        if (Interlocked.Increment(ref _open) <= Most)
        {
            return new PageStream(feed, () => Interlocked.Decrement(ref _open), stopping);
        }

        Interlocked.Decrement(ref _open);
        return new ServiceUnavailable<AdminError>(new AdminError(
            $"{Most} status pages are open already, which is as many as there may be; close one, or ask /status, which is always answered."));
    }
}
