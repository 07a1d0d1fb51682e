namespace KestrelL4.Upstreams;

/// <summary>A connection that waits for a place at an upstream.</summary>
internal sealed class Waiter
{
    private readonly TaskCompletionSource<Upstream?> _place = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly UpstreamSet _upstreams;

    /// <summary>Makes a waiter; it waits once it stands in line.</summary>
    /// <param name="upstreams">Whose place it waits for.</param>
    /// <param name="client">Whose connection it is.</param>
    public Waiter(UpstreamSet upstreams, ClientKey client)
    {
        _upstreams = upstreams;
        Client = client;
        Node = new LinkedListNode<Waiter>(this);
    }

    /// <summary>
    /// The upstream, with the connection counted in: whoever waits leaves it exactly once. Null = it gave up, or no place can
    /// come any more.
    /// </summary>
    public Task<Upstream?> Place => _place.Task;

    /// <summary>Whose connection it is.</summary>
    public ClientKey Client { get; }

    /// <summary>When it came: lower is earlier. Null until it stands in line.</summary>
    public long? Number { get; set; }

    /// <summary>Those that it waits among, and its place there; not in any list once it does not wait.</summary>
    public LinkedListNode<Waiter> Node { get; }

    /// <summary>Stops waiting, from any thread; nothing once it has its place.</summary>
    public void GiveUp() => _upstreams.GiveUp(this);

    /// <summary>Ends the wait.</summary>
    public void End(Upstream? upstream) => _place.SetResult(upstream);
}
