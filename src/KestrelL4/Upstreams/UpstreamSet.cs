using System.Net;

namespace KestrelL4.Upstreams;

/// <summary>The upstreams of an application, and which of them takes the next connection.</summary>
/// <param name="upstreams">All upstreams; may be empty.</param>
/// <param name="time">The clock that tells how long one has been gone.</param>
internal sealed class UpstreamSet(IReadOnlyList<Upstream> upstreams, TimeProvider time)
{
    /// <summary>How long one that was taken out is remembered after its last connection, so that its last numbers are read.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly Lock _picking = new();
    private IReadOnlyList<Upstream> _all = upstreams;
    private IReadOnlyList<GoneUpstream> _gone = [];
    private double _latestTurn;

    /// <summary>All upstreams that are configured, available or not.</summary>
    public IReadOnlyList<Upstream> All => Volatile.Read(ref _all);

    /// <summary>Those that were taken out and still have connections, or had one, or were taken out, within <see cref="Memory"/>.</summary>
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
                    .. _all.Except(upstreams).Select(upstream => new GoneUpstream(upstream, now)),
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

    /// <summary>Counts a connection out that <see cref="Pick"/> counted in.</summary>
    public void Leave(Upstream upstream)
    {
        foreach (GoneUpstream gone in Volatile.Read(ref _gone))
        {
            if (ReferenceEquals(gone.Upstream, upstream))
            {
                gone.LastUsedAt = time.GetTimestamp();
            }
        }

        upstream.Leave();
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
            if (candidate.Weight > 0 && candidate.IsAvailable && !tried.Contains(candidate)
                && (best is null || IsBetter(candidate, best)))
            {
                best = candidate;
            }
        }

        return best;
    }

    private bool IsRemembered(GoneUpstream gone) =>
        gone.Upstream.ActiveConnections > 0 || time.GetElapsedTime(gone.LastUsedAt) < Memory;

    private void TakeTurn(Upstream upstream)
    {
        // One that was away goes on from the latest turn; its old one would have it win every tie until it caught up.
        double due = Math.Max(upstream.Turn, _latestTurn);
        _latestTurn = due;

        // The weight may have become 0 since the upstream was picked, and a turn that is infinite would never be its own again.
        upstream.Turn = due + (1.0 / Math.Max(1, upstream.Weight));
    }

    private sealed class GoneUpstream(Upstream upstream, long goneAt)
    {
        private long _lastUsedAt = goneAt;

        public Upstream Upstream { get; } = upstream;

        /// <summary>When it was taken out, or its latest connection since ended, in the clock's ticks.</summary>
        public long LastUsedAt
        {
            get => Volatile.Read(ref _lastUsedAt);
            set => Volatile.Write(ref _lastUsedAt, value);
        }
    }
}
