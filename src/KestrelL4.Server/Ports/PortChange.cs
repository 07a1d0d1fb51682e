using KestrelL4.Server.Transport;

namespace KestrelL4.Server.Ports;

/// <summary>The way from the ports in force to other ones.</summary>
/// <param name="ports">The ports in force by their keys.</param>
/// <param name="holders">Who listens at them.</param>
/// <param name="wishes">Who is to listen where.</param>
/// <param name="passed">The sockets that were passed to this process.</param>
internal sealed class PortChange(
    IReadOnlyDictionary<string, BoundAddress> ports, IReadOnlyList<IListening> holders, IReadOnlyList<ListenWish> wishes, PassedSockets passed)
{
    private readonly Dictionary<string, BoundAddress> _next = [];
    private readonly List<BoundAddress> _opened = [];
    private readonly List<BoundAddress> _closed = [];
    private readonly List<BindException> _unbound = [];
    private readonly HashSet<ListenWish> _open = [.. wishes.Where(static wish => wish.State != PortState.Closed)];

    /// <summary>Who holds the ports once the change is in force.</summary>
    public IReadOnlyList<IListening> Holders => [.. wishes.Select(static wish => wish.Who)];

    /// <summary>The addresses that stay closed, as <see cref="PortState.OpenIfFree"/> allows.</summary>
    public IReadOnlyList<BindException> Unbound => _unbound;

    /// <summary>Binds what is not bound yet; an address of ours that is in the way and not wanted any more is closed for it.</summary>
    /// <exception cref="BindException">An address cannot be bound.</exception>
    public void Bind()
    {
        foreach (ListenWish wish in wishes)
        {
            BoundAddress? port = ports.GetValueOrDefault(wish.Key);
            if (_open.Contains(wish) && port is not { IsOpen: true })
            {
                port = TryOpen(wish, port);
            }

            if (port is not null)
            {
                _next[wish.Key] = port;
            }
        }
    }

    /// <summary>Closes what was opened and opens what was closed for it.</summary>
    /// <returns>What could not be opened again, because somebody was quicker.</returns>
    public async Task<IReadOnlyList<BindException>> TakeBackAsync()
    {
        _opened.ForEach(static port => port.Close());
        List<BindException> lost = [];
        foreach (IListening who in holders.Where(who => who.Bound is { } bound && _closed.Contains(bound)))
        {
            BoundAddress port = who.Bound!;
            who.StopListening();
            try
            {
                port.Reopen(who.KeyPath, passed);
                await who.ListenAsync(port).ConfigureAwait(false);
            }
            catch (BindException exception)
            {
                lost.Add(exception);
            }
        }

        return lost;
    }

    /// <summary>Lets everybody listen where they are to, and closes the rest; returns the ports now in force.</summary>
    public async Task<IReadOnlyDictionary<string, BoundAddress>> CommitAsync()
    {
        // All stop before any begins, for two may exchange their ports.
        Dictionary<IListening, BoundAddress> wanted = wishes
            .Where(_open.Contains)
            .ToDictionary(static wish => wish.Who, wish => _next[wish.Key]);
        foreach (IListening who in holders.Where(who => who.Bound != wanted.GetValueOrDefault(who)))
        {
            who.StopListening();
        }

        foreach ((IListening who, BoundAddress port) in wanted)
        {
            await who.ListenAsync(port).ConfigureAwait(false);
        }

        foreach (BoundAddress port in ports.Values.Where(port => port.IsOpen && !wanted.ContainsValue(port)))
        {
            port.Close();
        }

        return _next;
    }

    private BoundAddress? TryOpen(ListenWish wish, BoundAddress? closed)
    {
        try
        {
            BoundAddress port = OpenMakingWay(wish, closed);
            _opened.Add(port);
            return port;
        }
        catch (BindException exception) when (wish.State == PortState.OpenIfFree)
        {
            _unbound.Add(exception);
            _open.Remove(wish);
            return closed;
        }
    }

    private BoundAddress OpenMakingWay(ListenWish wish, BoundAddress? closed)
    {
        try
        {
            return Open(wish, closed);
        }
        catch (BindException) when (InTheWay(wish).ToList() is { Count: > 0 } leaving)
        {
            leaving.ForEach(static port => port.Close());
            _closed.AddRange(leaving);
            return Open(wish, closed);
        }
    }

    private BoundAddress Open(ListenWish wish, BoundAddress? closed)
    {
        if (closed is null)
        {
            return BoundAddress.Open(wish.Who.KeyPath, wish.Address, passed);
        }

        closed.Reopen(wish.Who.KeyPath, passed);
        return closed;
    }

    private IEnumerable<BoundAddress> InTheWay(ListenWish wish)
    {
        HashSet<string> wanted = [.. _open.Select(static wish => wish.Key)];
        return ports.Where(entry => !wanted.Contains(entry.Key) && entry.Value.IsOpen && entry.Value.IsInTheWayOf(wish.Address))
            .Select(static entry => entry.Value);
    }
}
