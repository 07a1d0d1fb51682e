namespace KestrelL4.Forwarding;

/// <summary>Whether bytes move between the two sides of a relay, from which its idleness is judged.</summary>
internal sealed class Movement(RelayEnd client, RelayEnd upstream, TimeProvider time)
{
    private long _lastByteAt = time.GetTimestamp();
    private ulong? _acknowledged;
    private int _pendingWrites;

    /// <summary>When the last byte passed, in the clock's ticks.</summary>
    public long LastByteAt => Volatile.Read(ref _lastByteAt);

    /// <summary>A buffer is about to be written.</summary>
    public void BeginWrite() => Interlocked.Increment(ref _pendingWrites);

    /// <summary>A buffer was written; one whose write failed stays pending, for its relay ends.</summary>
    public void EndWrite()
    {
        Interlocked.Decrement(ref _pendingWrites);
        Note();
    }

    /// <summary>Takes a byte for passed now.</summary>
    public void Note() => Volatile.Write(ref _lastByteAt, time.GetTimestamp());

    /// <summary>
    /// Whether a buffer that is being written goes out bit by bit, to a peer that reads slowly. Asked when the connection seems idle;
    /// the first question about a stalled write is answered by yes, for one look shows no movement.
    /// </summary>
    public bool IsGoingOn()
    {
        ulong acknowledged = client.BytesAcknowledged + upstream.BytesAcknowledged;
        if (Volatile.Read(ref _pendingWrites) == 0 || acknowledged == _acknowledged)
        {
            return false;
        }

        _acknowledged = acknowledged;
        Note();
        return true;
    }
}
