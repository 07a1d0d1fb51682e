using System.Net;

namespace KestrelL4.Upstreams;

/// <summary>The upstreams of an application, and which of them takes the next connection.</summary>
/// <param name="upstreams">All upstreams; may be empty.</param>
/// <param name="time">The clock that tells how long one has been gone.</param>
internal sealed class UpstreamSet(IReadOnlyList<Upstream> upstreams, TimeProvider time)
{
    /// <summary>How long one that was taken out is remembered, so that its last numbers are read.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly Lock _picking = new();
    private IReadOnlyList<Upstream> _all = upstreams;
    private IReadOnlyList<(Upstream Upstream, long GoneAt)> _gone = [];
    private double _latestTurn;

    /// <summary>All upstreams that are configured, available or not.</summary>
    public IReadOnlyList<Upstream> All => Volatile.Read(ref _all);

    /// <summary>Those that were taken out and still have connections, or had their last within <see cref="Memory"/>.</summary>
    public IEnumerable<Upstream> Gone => Volatile.Read(ref _gone).Where(IsRemembered).Select(static gone => gone.Upstream);

    /// <summary>The upstream of a name and address, whether configured or gone; null = none is remembered.</summary>
    public Upstream? Find(string name, EndPoint address) => All.Concat(Gone).FirstOrDefault(
        upstream => upstream.Address.Equals(address) && string.Equals(upstream.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Puts other upstreams in place; connections of those that are left out go on.</summary>
    public void Replace(IReadOnlyList<Upstream> upstreams)
    {
        lock (_picking)
        {
            long now = time.GetTimestamp();
            Volatile.Write(
                ref _gone,
                [
                    .. _gone.Where(gone => !upstreams.Contains(gone.Upstream) && IsRemembered(gone)),
                    .. _all.Except(upstreams).Select(upstream => (upstream, now)),
                ]);
            Volatile.Write(ref _all, upstreams);
        }
    }

    /// <summary>
    /// Picks the best available upstream that was not tried yet and counts the connection in: the caller leaves it exactly once.
    /// Null = none is left. Backup upstreams come after every other.
    /// </summary>
    public Upstream? Pick(IReadOnlyList<Upstream> tried)
    {
        lock (_picking)
        {
            Upstream? best = Best(tried);
            if (best is not null)
            {
                TakeTurn(best);
                best.Enter();
            }

            return best;
        }
    }

    /// <summary>The upstream that the next connection would get; nothing is counted. Null = none is available.</summary>
    public Upstream? Peek()
    {
        lock (_picking)
        {
            return Best([]);
        }
    }

    private static bool IsBetter(Upstream candidate, Upstream best) => candidate.IsBackup == best.IsBackup
        ? LeastConnections.Prefers(candidate, best)
        : best.IsBackup;

    private Upstream? Best(IReadOnlyList<Upstream> tried)
    {
        Upstream? best = null;
        foreach (Upstream candidate in _all)
        {
            if (candidate.IsAvailable && !tried.Contains(candidate) && (best is null || IsBetter(candidate, best)))
            {
                best = candidate;
            }
        }

        return best;
    }

    private bool IsRemembered((Upstream Upstream, long GoneAt) gone) =>
        gone.Upstream.ActiveConnections > 0 || time.GetElapsedTime(gone.GoneAt) < Memory;

    private void TakeTurn(Upstream upstream)
    {
        // One that was away goes on from the latest turn; its old one would have it win every tie until it caught up.
        double due = Math.Max(upstream.Turn, _latestTurn);
        _latestTurn = due;
        upstream.Turn = due + (1.0 / upstream.Weight);
    }
}
