namespace KestrelL4.RateLimiting;

/// <summary>The moments of the latest permits: exact, so that no span as long as the window ever holds more than its number.</summary>
/// <remarks>Keeps one moment per permit still in the window, in a ring that grows on demand and never beyond the number. Not thread-safe.</remarks>
internal sealed class SlidingWindow
{
    private const int FirstCapacity = 8;

    private long[] _moments = [];
    private int _oldest;
    private int _count;

    /// <summary>Takes a permit at a moment unless the window holds as many already. Moments do not go back.</summary>
    /// <param name="now">The moment, in ticks of the caller's clock.</param>
    /// <param name="length">The window's length in the same ticks.</param>
    /// <param name="permits">The most permits in one window.</param>
    public bool TrySpend(long now, long length, int permits)
    {
        if (!HasRoom(now, length, permits))
        {
            return false;
        }

        if (_count == _moments.Length)
        {
            Grow(permits);
        }

        _moments[(_oldest + _count++) % _moments.Length] = now;
        return true;
    }

    /// <summary>Whether a permit could be taken at a moment; none is.</summary>
    /// <param name="now">The moment, in ticks of the caller's clock.</param>
    /// <param name="length">The window's length in the same ticks.</param>
    /// <param name="permits">The most permits in one window.</param>
    public bool HasRoom(long now, long length, int permits)
    {
        Forget(now - length);
        return _count < permits;
    }

    /// <summary>When the window has room again, if nobody takes a permit before; a moment in the past = it has.</summary>
    /// <param name="length">The window's length in ticks of the caller's clock.</param>
    /// <param name="permits">The most permits in one window.</param>
    public long RoomAt(long length, int permits) =>
        _count < permits ? long.MinValue : _moments[(_oldest + _count - permits) % _moments.Length] + length;

    /// <summary>Whether no permit is younger than the moment.</summary>
    public bool IsEmptySince(long moment)
    {
        Forget(moment);
        return _count == 0;
    }

    /// <summary>The latest moment; <see cref="long.MinValue"/> = there is none.</summary>
    public long Latest => _count == 0 ? long.MinValue : _moments[(_oldest + _count - 1) % _moments.Length];

    /// <summary>The moments still remembered, oldest first, in a bounded number of groups of equal size, each with its latest moment.</summary>
    /// <param name="most">The most groups, 1 or more.</param>
    public List<(long Moment, int Count)> Groups(int most)
    {
        int size = ((_count - 1) / most) + 1;
        List<(long, int)> groups = new(Math.Min(most, _count));
        for (int first = 0; first < _count; first += size)
        {
            int count = Math.Min(size, _count - first);
            groups.Add((_moments[(_oldest + first + count - 1) % _moments.Length], count));
        }

        return groups;
    }

    /// <summary>Takes up moments that an earlier process spent, oldest first and before any of this one's own.</summary>
    public void Restore(long moment, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (_count == _moments.Length)
            {
                Grow(int.MaxValue);
            }

            _moments[(_oldest + _count++) % _moments.Length] = moment;
        }
    }

    private void Forget(long moment)
    {
        while (_count > 0 && _moments[_oldest] <= moment)
        {
            _oldest = (_oldest + 1) % _moments.Length;
            _count--;
        }
    }

    private void Grow(int permits)
    {
        // A number that was lowered may leave more moments than permits for a while, hence the greater of both.
        long doubled = Math.Max(FirstCapacity, (long)_moments.Length * 2);
        long[] grown = new long[Math.Max(Math.Min(doubled, permits), _count + 1)];
        for (int i = 0; i < _count; i++)
        {
            grown[i] = _moments[(_oldest + i) % _moments.Length];
        }

        _moments = grown;
        _oldest = 0;
    }
}
