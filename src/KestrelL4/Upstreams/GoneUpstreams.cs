namespace KestrelL4.Upstreams;

/// <summary>Upstreams that were taken out, remembered until their last numbers have been read. Changed under the set's lock only.</summary>
/// <param name="time">The clock that tells how long one has been gone.</param>
internal sealed class GoneUpstreams(TimeProvider time)
{
    private IReadOnlyList<Gone> _all = [];

    /// <summary>Those that still have connections, or had one, or were taken out, within <see cref="UpstreamSet.Memory"/>. From any thread.</summary>
    public IEnumerable<Upstream> All => Volatile.Read(ref _all).Where(IsRemembered).Select(static gone => gone.Upstream);

    /// <summary>Forgets those that came back and adds those that went.</summary>
    public void Update(IReadOnlyList<Upstream> present, IEnumerable<Upstream> went)
    {
        long now = time.GetTimestamp();
        Volatile.Write(
            ref _all,
            [
                .. _all.Where(gone => !present.Contains(gone.Upstream) && IsRemembered(gone)),
                .. went.Select(upstream => new Gone(upstream, now)),
            ]);
    }

    /// <summary>Notes that a connection of an upstream ends, if it is gone. From any thread.</summary>
    public void Leave(Upstream upstream)
    {
        foreach (Gone gone in Volatile.Read(ref _all))
        {
            if (ReferenceEquals(gone.Upstream, upstream))
            {
                gone.LastUsedAt = time.GetTimestamp();
            }
        }
    }

    private bool IsRemembered(Gone gone) =>
        gone.Upstream.ActiveConnections > 0 || time.GetElapsedTime(gone.LastUsedAt) < UpstreamSet.Memory;

    private sealed class Gone(Upstream upstream, long goneAt)
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
