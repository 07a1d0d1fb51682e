using System.Net;

namespace KestrelL4.Upstreams;

/// <summary>The upstreams of an application, which of them takes the next connection, and who waits for a place.</summary>
internal sealed class UpstreamSet
{
    /// <summary>How long one that was taken out is remembered after its last connection, so that its last numbers are read.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly Lock _picking = new();
    private readonly TimeProvider _time;
    private readonly Offer _offer;
    private readonly WaitingLine _line = new();
    private readonly GoneUpstreams _gone;

    // Each is kept, for what it remembers when another takes its place for a while.
    private readonly IBalancingPolicy[] _policies = [new LeastConnections(), new RoundRobin(), new PowerOfTwoChoices(Random.Shared), new ClientHash()];
    private Upstream[] _all = [];
    private PickRules _rules;
    private int _changes;

    /// <summary>Makes a set; all begin with their whole weight.</summary>
    /// <param name="upstreams">All upstreams; may be empty.</param>
    /// <param name="time">The clock of slow starts, and of how long one has been gone.</param>
    /// <param name="rules">How one is picked; null = as the settings of an application are by default.</param>
    public UpstreamSet(IReadOnlyList<Upstream> upstreams, TimeProvider time, PickRules? rules = null)
    {
        _time = time;
        _rules = rules ?? PickRules.Of(new ApplicationSettings());
        _offer = new Offer(time);
        _gone = new GoneUpstreams(time);
        Replace(upstreams);
    }

    /// <summary>All upstreams that are configured, available or not.</summary>
    public IReadOnlyList<Upstream> All => Volatile.Read(ref _all);

    /// <summary>Those that were taken out and still have connections, or had one, or were taken out, within <see cref="Memory"/>.</summary>
    public IEnumerable<Upstream> Gone => _gone.All;

    /// <summary>How many connections wait for a place.</summary>
    public int Waiting => _line.Count;

    /// <summary>The upstream of a name and address, whether configured or gone; null = none is remembered.</summary>
    public Upstream? Find(string name, EndPoint address) => All.Concat(Gone).FirstOrDefault(
        upstream => upstream.Address.Equals(address) && string.Equals(upstream.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Picks by other rules from now on.</summary>
    public void Use(PickRules rules) => Change(() => _rules = rules);

    /// <summary>Puts other upstreams in place; connections of those that are left out go on, and new ones start slowly beside those that were there.</summary>
    public void Replace(IReadOnlyList<Upstream> upstreams) => Change(() =>
    {
        Upstream[] next = [.. upstreams];
        Upstream[] added = [.. next.Except(_all)];
        Upstream[] went = [.. _all.Except(next)];
        _gone.Update(next, went);
        Array.ForEach(went, upstream => upstream.Changed -= Serve);
        Array.ForEach(added, upstream => upstream.Changed += Serve);
        Array.ForEach(added, static upstream => upstream.BeginAnew());
        Array.ForEach(added, upstream => upstream.SlowSince = _all.Length > 0 ? _time.GetTimestamp() : null);
        Volatile.Write(ref _all, next);
    });

    /// <summary>Makes several changes as one: nobody is picked, and nobody who waits is served or refused, between them.</summary>
    public void Change(Action change)
    {
        lock (_picking)
        {
            _changes++;
            try
            {
                change();
            }
            finally
            {
                _changes--;
                Serve();
            }
        }
    }

    /// <summary>
    /// Picks the best upstream on offer that was not tried yet and counts the connection in: the caller leaves it exactly once.
    /// Null = none is left. Backup upstreams come after every other, and nobody overtakes those who wait.
    /// </summary>
    public Upstream? Pick(IReadOnlyList<Upstream> tried, in ClientKey client = default)
    {
        lock (_picking)
        {
            _offer.Look(_all, _rules);
            ServeLine();
            ReadOnlySpan<Candidate> candidates = _offer.Without(tried);
            return candidates.IsEmpty ? null : Take(candidates, client);
        }
    }

    /// <summary>Lets a connection wait for a place at an upstream that it did not try yet; the wait is over at once when none can come.</summary>
    /// <param name="tried">The upstreams that it tried in vain.</param>
    /// <param name="client">Whose connection it is.</param>
    /// <param name="number">The number of its former wait, which brought it to one of those; null = it did not wait before.</param>
    public Waiter Wait(IReadOnlyList<Upstream> tried, in ClientKey client = default, long? number = null)
    {
        Waiter waiter = new(this, client) { Number = number };
        lock (_picking)
        {
            _line.Add(waiter, tried);
            Serve();
        }

        return waiter;
    }

    /// <summary>Lets one wait no more; nothing when its wait is over.</summary>
    public void GiveUp(Waiter waiter)
    {
        lock (_picking)
        {
            if (_line.Remove(waiter))
            {
                waiter.End(null);
            }
        }
    }

    /// <summary>Counts a connection out that was counted in.</summary>
    public void Leave(Upstream upstream)
    {
        _gone.Leave(upstream);
        upstream.Leave();
    }

    /// <summary>Takes in what probes or dials tell of an upstream; one that comes back starts slowly.</summary>
    /// <returns>What changed; null = only the reason, or nothing.</returns>
    public HealthChange? Report(Upstream upstream, UpstreamHealth health, string? reason)
    {
        lock (_picking)
        {
            return upstream.Report(health, reason, _time);
        }
    }

    /// <summary>What a client's next connection would meet; nothing is counted.</summary>
    public PickOutlook Look(in ClientKey client = default)
    {
        lock (_picking)
        {
            _offer.Look(_all, _rules);
            ReadOnlySpan<Candidate> candidates = _offer.Without([]);
            return new PickOutlook(
                candidates.IsEmpty ? null : candidates[Policy.Choose(candidates, client)].Upstream,
                _offer.HasHope([]),
                _offer.IsPanic ? _offer.Strength : null);
        }
    }

    private IBalancingPolicy Policy => _policies[(int)_rules.Balancing];

    private void Serve()
    {
        if (_line.Count == 0)
        {
            return;
        }

        lock (_picking)
        {
            if (_changes == 0)
            {
                _offer.Look(_all, _rules);
                ServeLine();
            }
        }
    }

    // Leaves an offer behind that suits nobody who waits.
    private void ServeLine()
    {
        if (_line.Count == 0)
        {
            return;
        }

        while (_line.First(_offer, out ReadOnlySpan<Candidate> candidates) is { } waiter)
        {
            _line.Remove(waiter);
            waiter.End(Take(candidates, waiter.Client));
            _offer.Look(_all, _rules);
        }

        foreach (Waiter waiter in _line.RemoveHopeless(_offer))
        {
            waiter.End(null);
        }
    }

    private Upstream Take(ReadOnlySpan<Candidate> candidates, in ClientKey client)
    {
        IBalancingPolicy policy = Policy;
        int chosen = policy.Choose(candidates, client);
        policy.Take(candidates, chosen);
        candidates[chosen].Upstream.Enter();
        return candidates[chosen].Upstream;
    }
}
