namespace KestrelL4.Server.Listeners;

/// <summary>Keeps the whole node below its numbers of open connections and of handshakes under way.</summary>
internal sealed class AcceptGate
{
    private int _connections;
    private int _handshakes;

    /// <summary>The most connections open at once. A lower number closes none.</summary>
    public required int MaxConnections { get; set; }

    /// <summary>The most handshakes under way at once.</summary>
    public required int MaxHandshakes { get; set; }

    /// <summary>Gives a connection its place before its handshake, or null when the node is full.</summary>
    public Place? TryEnter()
    {
        if (Interlocked.Increment(ref _connections) <= MaxConnections)
        {
            if (Interlocked.Increment(ref _handshakes) <= MaxHandshakes)
            {
                return new Place(this);
            }

            Interlocked.Decrement(ref _handshakes);
        }

        Interlocked.Decrement(ref _connections);
        return null;
    }

    /// <summary>The place of one connection.</summary>
    internal sealed class Place(AcceptGate gate) : IDisposable
    {
        private int _inHandshake = 1;

        /// <summary>Frees the place among the handshakes; the one among the connections stays taken.</summary>
        public void EndHandshake()
        {
            if (Interlocked.Exchange(ref _inHandshake, 0) == 1)
            {
                Interlocked.Decrement(ref gate._handshakes);
            }
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            EndHandshake();
            Interlocked.Decrement(ref gate._connections);
        }
    }
}
