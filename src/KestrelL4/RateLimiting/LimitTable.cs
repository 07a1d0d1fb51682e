namespace KestrelL4.RateLimiting;

/// <summary>The limits of one scope by whom they hold, made on first use and forgotten when idle.</summary>
/// <remarks>
/// An entry stays while it holds a connection or remembers a permit, and at least <see cref="Grace"/> after its last use, far
/// longer than a connection takes from look-up to place. So memory is bounded by the parties of the last moments. Thread-safe.
/// </remarks>
internal sealed class LimitTable<TKey>(RateLimitScope scope, IEqualityComparer<TKey> comparer, TimeProvider time)
    where TKey : notnull
{
    /// <summary>How long an unused entry is kept.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private const int FirstSweep = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Entry> _entries = new(comparer);
    private int _sweepAt = FirstSweep;

    /// <summary>How many parties have an entry now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>The limit of a party, with these numbers from now on.</summary>
    public Limit Get(TKey party, RateLimit numbers)
    {
        long now = time.GetTimestamp();
        lock (_gate)
        {
            if (!_entries.TryGetValue(party, out Entry? entry))
            {
                SweepWhenGrown(now);
                entry = new Entry(new Limit(scope, numbers, time));
                _entries.Add(party, entry);
            }

            entry.LastUsed = now;
            if (!ReferenceEquals(entry.Limit.Numbers, numbers))
            {
                entry.Limit.Numbers = numbers;
            }

            return entry.Limit;
        }
    }

    /// <summary>Gives each party its numbers anew; one of whom nothing is known any more keeps those it has.</summary>
    public void Revise(Func<TKey, RateLimit?> numbersOf)
    {
        lock (_gate)
        {
            foreach ((TKey party, Entry entry) in _entries)
            {
                if (numbersOf(party) is { } numbers && numbers != entry.Limit.Numbers)
                {
                    entry.Limit.Numbers = numbers;
                }
            }
        }
    }

    /// <summary>The parties whose limits are such as asked for, at this moment.</summary>
    public List<(TKey Party, Limit Limit)> Where(Func<Limit, bool> isWanted)
    {
        lock (_gate)
        {
            return [.. _entries.Where(entry => isWanted(entry.Value.Limit)).Select(static entry => (entry.Key, entry.Value.Limit))];
        }
    }

    private void SweepWhenGrown(long now)
    {
        if (_entries.Count < _sweepAt)
        {
            return;
        }

        foreach ((TKey party, Entry entry) in _entries)
        {
            if (time.GetElapsedTime(entry.LastUsed, now) >= Grace && entry.Limit.IsIdle)
            {
                _entries.Remove(party);
            }
        }

        // Twice what is left, so that the cost of sweeping stays a constant share of the cost of adding.
        _sweepAt = Math.Max(FirstSweep, _entries.Count * 2);
    }

    private sealed class Entry(Limit limit)
    {
        public Limit Limit { get; } = limit;

        public long LastUsed { get; set; }
    }
}
