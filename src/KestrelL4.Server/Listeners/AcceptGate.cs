using KestrelL4.Server.Transport;

namespace KestrelL4.Server.Listeners;

/// <summary>Keeps the whole node below its numbers of open connections and of handshakes under way.</summary>
/// <param name="time">The clock by which handshakes are slow.</param>
internal sealed class AcceptGate(TimeProvider time)
{
    // How many of the oldest handshakes are asked to give way to one that comes, before it is refused.
    private const int MostAsked = 8;

    private readonly Lock _lock = new();
    private readonly LinkedList<Place> _handshakes = [];
    private readonly TimeProvider _time = time;
    private readonly HandshakePatience _patience = new(time);
    private int _connections;
    private long _connectionRefusals;
    private long _handshakeRefusals;

    /// <summary>The most connections open at once. A lower number closes none.</summary>
    public required int MaxConnections { get; set; }

    /// <summary>The most handshakes under way at once.</summary>
    public required int MaxHandshakes { get; set; }

    /// <summary>What a listener asks before it accepts the next connection.</summary>
    public ClientAdmission Admission { get; } = new();

    /// <summary>How often a connection was refused because as many were open as may be.</summary>
    public long ConnectionRefusals => Volatile.Read(ref _connectionRefusals);

    /// <summary>How often a handshake was refused, or gave way, because as many were under way as may be.</summary>
    public long HandshakeRefusals => Volatile.Read(ref _handshakeRefusals);

    /// <summary>How many of the handshakes under way began less than a while ago.</summary>
    public int HandshakesSince(TimeSpan ago)
    {
        int young = 0;
        lock (_lock)
        {
            for (LinkedListNode<Place>? each = _handshakes.Last; each is not null && _time.GetElapsedTime(each.Value.Begun) < ago; each = each.Previous)
            {
                young++;
            }
        }

        return young;
    }

    /// <summary>Gives a connection its place before its handshake, or null when the node is full.</summary>
    /// <param name="tryGiveWay">Ends its handshake for another's sake, if the client leaves it waiting beyond the patience given; tells whether it did.</param>
    public Place? TryEnter(Func<TimeSpan, bool> tryGiveWay)
    {
        if (Interlocked.Increment(ref _connections) > MaxConnections)
        {
            Interlocked.Increment(ref _connectionRefusals);
        }
        else
        {
            Place place = new(this, tryGiveWay);
            if (TryBegin(place) || (TryMakeRoom() && TryBegin(place)))
            {
                return place;
            }
        }

        Interlocked.Decrement(ref _connections);
        return null;
    }

    private bool TryBegin(Place place)
    {
        lock (_lock)
        {
            if (_handshakes.Count >= MaxHandshakes)
            {
                return false;
            }

            _handshakes.AddLast(place.Link);
            return true;
        }
    }

    private bool TryMakeRoom()
    {
        Interlocked.Increment(ref _handshakeRefusals);
        TimeSpan patience = _patience.AfterOneMore(MaxHandshakes);
        Place[] oldest;
        lock (_lock)
        {
            oldest = [.. _handshakes.Take(MostAsked)];
        }

        foreach (Place place in oldest)
        {
            if (place.TryGiveWay(patience))
            {
                place.EndHandshake();
                return true;
            }
        }

        return false;
    }

    private void End(LinkedListNode<Place> handshake)
    {
        lock (_lock)
        {
            if (handshake.List is not null)
            {
                _handshakes.Remove(handshake);
            }
        }
    }

    /// <summary>The place of one connection.</summary>
    internal sealed class Place : IDisposable
    {
        private readonly AcceptGate _gate;

        public Place(AcceptGate gate, Func<TimeSpan, bool> tryGiveWay)
        {
            _gate = gate;
            TryGiveWay = tryGiveWay;
            Begun = gate._time.GetTimestamp();
            Link = new LinkedListNode<Place>(this);
        }

        /// <summary>Ends the handshake for another's sake, if the client leaves it waiting beyond a patience.</summary>
        public Func<TimeSpan, bool> TryGiveWay { get; }

        /// <summary>When it began, on the gate's clock.</summary>
        public long Begun { get; }

        /// <summary>Where it stands among the handshakes.</summary>
        public LinkedListNode<Place> Link { get; }

        /// <summary>Frees the place among the handshakes; the one among the connections stays taken.</summary>
        public void EndHandshake() => _gate.End(Link);

        /// <inheritdoc/>
        public void Dispose()
        {
            EndHandshake();
            Interlocked.Decrement(ref _gate._connections);
        }
    }
}
