using KestrelL4.RateLimiting;
using KestrelL4.Tls;

namespace KestrelL4.Accounting;

/// <summary>What an application counted since it was made. Only rises.</summary>
public sealed class ApplicationCounters
{
    private readonly long[] _ended = new long[CloseReasonExtensions.Count];
    private readonly long[] _failedHandshakes = new long[HandshakeFailureExtensions.Count];
    private readonly long[] _rateLimited = new long[RateLimitScopeExtensions.Count];
    private readonly long[] _bytes = new long[2];
    private long _accepted;
    private long _handshakes;

    internal ApplicationCounters()
    {
    }

    /// <summary>Connections accepted.</summary>
    public long ConnectionsAccepted => Volatile.Read(ref _accepted);

    /// <summary>Handshakes that succeeded.</summary>
    public long HandshakesSucceeded => Volatile.Read(ref _handshakes);

    /// <summary>Bytes from clients that reached upstreams.</summary>
    public long BytesReceived => Volatile.Read(ref _bytes[(int)Direction.Received]);

    /// <summary>Bytes from upstreams that were sent to clients.</summary>
    public long BytesSent => Volatile.Read(ref _bytes[(int)Direction.Sent]);

    /// <summary>Connections that ended for a reason.</summary>
    public long ConnectionsEnded(CloseReason reason) => Volatile.Read(ref _ended[(int)reason]);

    /// <summary>Handshakes that failed for a cause.</summary>
    public long HandshakesFailed(HandshakeFailure cause) => Volatile.Read(ref _failedHandshakes[(int)cause]);

    /// <summary>Connections that a limit of a scope refused.</summary>
    public long ConnectionsRateLimited(RateLimitScope scope) => Volatile.Read(ref _rateLimited[(int)scope]);

    internal void Accepted() => Interlocked.Increment(ref _accepted);

    internal void HandshakeSucceeded() => Interlocked.Increment(ref _handshakes);

    internal void RateLimited(RateLimitScope scope) => Interlocked.Increment(ref _rateLimited[(int)scope]);

    internal void Count(Direction direction, int bytes) => Interlocked.Add(ref _bytes[(int)direction], bytes);

    internal void Ended(ProxiedConnection connection)
    {
        if (connection.HandshakeFailure is { } cause)
        {
            Interlocked.Increment(ref _failedHandshakes[(int)cause]);
        }

        Interlocked.Increment(ref _ended[(int)connection.CloseReason!.Value]);
    }
}
