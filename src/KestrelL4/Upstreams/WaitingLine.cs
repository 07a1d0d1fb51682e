namespace KestrelL4.Upstreams;

/// <summary>The connections that wait for a place, in the order in which they came. Changed under the set's lock only.</summary>
/// <remarks>
/// Those that tried the same upstreams in vain stand together: what suits one of them suits all, so that only the first of each
/// group is ever looked at, however many wait.
/// </remarks>
internal sealed class WaitingLine
{
    private readonly List<Group> _groups = [];
    private long _lastNumber;
    private int _count;

    /// <summary>How many wait. From any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Lets one stand at the end, or where it stood before if it has its number already: what it was given came to nothing.</summary>
    /// <param name="waiter">Who waits.</param>
    /// <param name="tried">The upstreams that it tried in vain.</param>
    public void Add(Waiter waiter, IReadOnlyList<Upstream> tried)
    {
        Group? group = _groups.Find(group => group.Tried.Count == tried.Count && tried.All(group.Tried.Contains));
        if (group is null)
        {
            group = new Group([.. tried]);
            _groups.Add(group);
        }

        waiter.Number ??= ++_lastNumber;
        group.Add(waiter);

        // A fence: who frees a place after this sees that somebody waits, and what was freed before is seen by the look that follows.
        Interlocked.Increment(ref _count);
    }

    /// <summary>Takes one out.</summary>
    /// <returns>Whether it waited.</returns>
    public bool Remove(Waiter waiter)
    {
        if (waiter.Node.List is not { } waiters)
        {
            return false;
        }

        waiters.Remove(waiter.Node);
        Interlocked.Decrement(ref _count);
        if (waiters.Count == 0)
        {
            _groups.RemoveAll(static group => group.Waiters.Count == 0);
        }

        return true;
    }

    /// <summary>The first for whom something is offered, and what; null = for nobody.</summary>
    public Waiter? First(Offer offer, out ReadOnlySpan<Candidate> candidates)
    {
        Group? first = null;
        foreach (Group group in _groups)
        {
            if ((first is null || group.First.Number < first.First.Number) && !offer.Without(group.Tried).IsEmpty)
            {
                first = group;
            }
        }

        candidates = first is null ? [] : offer.Without(first.Tried);
        return first?.First;
    }

    /// <summary>Takes out those for whom no place can come.</summary>
    public IEnumerable<Waiter> RemoveHopeless(Offer offer)
    {
        foreach (Group group in _groups.FindAll(group => !offer.HasHope(group.Tried)))
        {
            while (group.Waiters.First is { } node)
            {
                Remove(node.Value);
                yield return node.Value;
            }
        }
    }

    private sealed record Group(IReadOnlyList<Upstream> Tried)
    {
        public LinkedList<Waiter> Waiters { get; } = new();

        public Waiter First => Waiters.First!.Value;

        public void Add(Waiter waiter)
        {
            LinkedListNode<Waiter>? before = Waiters.Last;
            while (before is not null && before.Value.Number > waiter.Number)
            {
                before = before.Previous;
            }

            if (before is null)
            {
                Waiters.AddFirst(waiter.Node);
            }
            else
            {
                Waiters.AddAfter(before, waiter.Node);
            }
        }
    }
}
