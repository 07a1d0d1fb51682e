namespace KestrelL4.Upstreams;

/// <summary>The upstreams that may take a connection at one moment; room to look again and again. Used under the set's lock only.</summary>
/// <param name="time">The clock of slow starts.</param>
internal sealed class Offer(TimeProvider time)
{
    private Candidate[] _first = [];
    private Candidate[] _backups = [];
    private Candidate[] _untried = [];
    private Upstream[] _full = [];
    private int _firstCount;
    private int _backupCount;
    private int _fullCount;

    /// <summary>How many were available.</summary>
    public Strength Strength { get; private set; }

    /// <summary>Whether that was too few, so that all are offered.</summary>
    public bool IsPanic { get; private set; }

    /// <summary>Looks at upstreams anew.</summary>
    public void Look(Upstream[] upstreams, PickRules rules)
    {
        if (_first.Length != upstreams.Length)
        {
            _first = new Candidate[upstreams.Length];
            _backups = new Candidate[upstreams.Length];
            _untried = new Candidate[upstreams.Length];
            _full = new Upstream[upstreams.Length];
        }

        Strength = rules.PanicThreshold > 0 ? Strength.Of(upstreams) : default;
        IsPanic = Strength.IsBelow(rules.PanicThreshold);
        _firstCount = _backupCount = _fullCount = 0;
        foreach (Upstream upstream in upstreams)
        {
            int weight = upstream.Weight;
            if (weight == 0 || upstream.IsDraining || (upstream.Health != UpstreamHealth.Healthy && !IsPanic))
            {
                continue;
            }

            if (upstream.IsFull)
            {
                _full[_fullCount++] = upstream;
                continue;
            }

            Candidate candidate = new(upstream, ShareOf(upstream, rules) * weight, upstream.ActiveConnections);
            if (upstream.IsBackup)
            {
                _backups[_backupCount++] = candidate;
            }
            else
            {
                _first[_firstCount++] = candidate;
            }
        }
    }

    /// <summary>Those for a connection that tried some in vain: backups only when nothing else is left.</summary>
    public ReadOnlySpan<Candidate> Without(IReadOnlyList<Upstream> tried)
    {
        ReadOnlySpan<Candidate> candidates = Untried(_first.AsSpan(0, _firstCount), tried);
        return candidates.IsEmpty ? Untried(_backups.AsSpan(0, _backupCount), tried) : candidates;
    }

    /// <summary>Whether a place may yet come for a connection that tried some in vain: another would take it, were it not full.</summary>
    public bool HasHope(IReadOnlyList<Upstream> tried)
    {
        foreach (Upstream upstream in _full.AsSpan(0, _fullCount))
        {
            if (!tried.Contains(upstream))
            {
                return true;
            }
        }

        return false;
    }

    private ReadOnlySpan<Candidate> Untried(ReadOnlySpan<Candidate> candidates, IReadOnlyList<Upstream> tried)
    {
        if (tried.Count == 0)
        {
            return candidates;
        }

        int count = 0;
        foreach (Candidate candidate in candidates)
        {
            if (!tried.Contains(candidate.Upstream))
            {
                _untried[count++] = candidate;
            }
        }

        return _untried.AsSpan(0, count);
    }

    private double ShareOf(Upstream upstream, PickRules rules)
    {
        if (upstream.SlowSince is not { } since)
        {
            return 1;
        }

        double share = rules.ShareAfter(time.GetElapsedTime(since));
        if (share >= 1)
        {
            upstream.SlowSince = null;
        }

        return share;
    }
}
