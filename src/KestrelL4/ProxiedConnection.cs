using System.Net;
using KestrelL4.Forwarding;
using KestrelL4.Registry;
using KestrelL4.Tls;
using KestrelL4.Upstreams;

namespace KestrelL4;

/// <summary>One connection on its way through the node, and what each step learned of it.</summary>
/// <remarks>It is live from <see cref="Application.Open"/> until it is disposed, which accounts for it once.</remarks>
public sealed class ProxiedConnection : IDisposable
{
    private const int StillOpen = -1;

    private readonly Application _application;
    private readonly TimeProvider _time;
    private CancellationTokenSource? _closing;
    private Relay? _relay;
    private long _received;
    private long _sent;
    private int _reason = StillOpen;
    private int _disposed;

    internal ProxiedConnection(Application application, string id, EndPoint? peer, TimeProvider time)
    {
        _application = application;
        _time = time;
        Id = id;
        Peer = peer;
        OpenedAt = time.GetTimestamp();
    }

    /// <summary>The id in logs and answers; unique within the process.</summary>
    public string Id { get; }

    /// <summary>The name of the application.</summary>
    public string Application => _application.Name;

    /// <summary>The address of the client, behind a PROXY header the header's; null when it has none.</summary>
    public EndPoint? Peer { get; internal set; }

    /// <summary>What the handshake learned; null before it succeeded, or when the caller authenticates by other means.</summary>
    public ClientCertificate? Certificate { get; set; }

    /// <summary>Why the handshake failed; null while it has not.</summary>
    public HandshakeFailure? HandshakeFailure { get; set; }

    /// <summary>How long the handshake took; null until it succeeded.</summary>
    public TimeSpan? HandshakeDuration { get; private set; }

    /// <summary>The client; null until it was recognised.</summary>
    public Client? Client { get; internal set; }

    /// <summary>The upstream; null until one was connected.</summary>
    public Upstream? Upstream { get; private set; }

    /// <summary>How long the dial took that connected; null until then.</summary>
    public TimeSpan? ConnectDuration { get; private set; }

    /// <summary>How long the connection has been open.</summary>
    public TimeSpan Duration => _time.GetElapsedTime(OpenedAt);

    /// <summary>Bytes from the client that reached the upstream.</summary>
    public long BytesReceived => Volatile.Read(ref _received);

    /// <summary>Bytes from the upstream that were sent to the client.</summary>
    public long BytesSent => Volatile.Read(ref _sent);

    /// <summary>Why it ended; null while it is open.</summary>
    public CloseReason? CloseReason => Volatile.Read(ref _reason) is var reason and not StillOpen ? (CloseReason)reason : null;

    /// <summary>What lies behind the reason in one word, such as the scope that refused or the last dial's result; null = nothing more.</summary>
    public string? Cause { get; internal set; }

    /// <summary>The address that the client connected to, behind a PROXY header the header's; null when it has none.</summary>
    internal EndPoint? Destination { get; set; }

    /// <summary>What an upstream is sent before the client's first byte; empty = nothing.</summary>
    internal ReadOnlyMemory<byte> Greeting { get; set; }

    /// <summary>Whom it belongs to when an upstream is picked.</summary>
    internal ClientKey Key => new(Client?.Name, Peer, Id);

    /// <summary>How fast its bytes may pass; null until its limits admitted it.</summary>
    internal BytePace? Pace { get; set; }

    /// <summary>When it was opened, in the clock's ticks.</summary>
    internal long OpenedAt { get; }

    /// <summary>When its last byte was relayed, or else when it was opened, in the clock's ticks.</summary>
    internal long LastActiveAt => Volatile.Read(ref _relay)?.LastByteAt ?? OpenedAt;

    /// <summary>Resets the client's side while no relay owns it yet; null = there is nothing to reset.</summary>
    internal Action? Reset { get; set; }

    /// <summary>Ends what waits on behalf of the connection once it closes.</summary>
    internal CancellationToken Closing
    {
        get
        {
            CancellationTokenSource fresh = new();
            CancellationTokenSource closing = Interlocked.CompareExchange(ref _closing, fresh, null) ?? fresh;
            if (CloseReason is not null)
            {
                closing.Cancel();
            }

            return closing.Token;
        }
    }

    /// <summary>Notes that TLS stands, since the connection was opened.</summary>
    public void HandshakeSucceeded()
    {
        TimeSpan duration = Duration;
        HandshakeDuration = duration;
        _application.AccountHandshake(duration);
    }

    /// <summary>Cuts the connection from any thread, whatever step it is in. The first reason stays; repeats change nothing.</summary>
    /// <returns>Whether this call closed it.</returns>
    public bool Close(CloseReason reason)
    {
        if (!Conclude(reason))
        {
            return false;
        }

        Volatile.Read(ref _closing)?.Cancel();
        if (Volatile.Read(ref _relay) is { } relay)
        {
            relay.Abort();
        }
        else
        {
            Reset?.Invoke();
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Conclude(KestrelL4.CloseReason.InternalError);
            _application.Account(this);
        }
    }

    /// <summary>Notes why the connection ended by itself; nothing is cut.</summary>
    /// <returns>Whether it had no reason yet.</returns>
    internal bool Conclude(CloseReason reason) =>
        Interlocked.CompareExchange(ref _reason, (int)reason, StillOpen) == StillOpen;

    /// <summary>Names the relay that a close must end.</summary>
    internal void Attach(Relay relay)
    {
        // The exchange is a fence: a close that does not see the relay has left its reason before the relay looks for it.
        Interlocked.Exchange(ref _relay, relay);
        if (CloseReason is not null)
        {
            relay.Abort();
        }
    }

    /// <summary>Notes the upstream that was connected.</summary>
    internal void Connected(Upstream upstream, TimeSpan duration)
    {
        Upstream = upstream;
        ConnectDuration = duration;
        Cause = null;
        _application.AccountConnect(duration);
    }

    /// <summary>Counts bytes that went one way.</summary>
    internal void Count(Direction direction, int bytes)
    {
        // Each direction has one writer, so a plain sum is exact.
        if (direction == Direction.Received)
        {
            Volatile.Write(ref _received, _received + bytes);
        }
        else
        {
            Volatile.Write(ref _sent, _sent + bytes);
        }

        _application.Counters.Count(direction, bytes);
    }
}
