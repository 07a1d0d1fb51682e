using System.Diagnostics;
using System.Net;
using KestrelL4.Tls;

namespace KestrelL4.Upstreams;

/// <summary>One server address of an application, with the connections it has now. It belongs to one application at a time.</summary>
public sealed class Upstream
{
    private const int Unbounded = int.MaxValue;

    private readonly long[] _dials = new long[DialResultExtensions.Count];
    private readonly HealthInForce _health = new();
    private long _fullChangedAt;
    private long _drainChangedAt;
    private int _maxConnections = Unbounded;
    private volatile int _weight = 1;
    private volatile bool _isBackup;
    private int _active;
    private volatile bool _isDraining;
    private UpstreamTls? _tls;

    /// <summary>Names a server address.</summary>
    /// <param name="name">The name in logs and metrics, unique within its application.</param>
    /// <param name="address">An IP end point, a DNS end point that is resolved at each dial, or a unix socket.</param>
    public Upstream(string name, EndPoint address)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(address);
        Name = name;
        Address = address;
        IdentityHash = StableHash.Of(name, address);
        Host = address switch
        {
            DnsEndPoint dns => dns.Host.TrimEnd('.'),
            IPEndPoint ip => ip.Address.ToString(),
            _ => "",
        };
    }

    /// <summary>The name in logs and metrics.</summary>
    public string Name { get; }

    /// <summary>The server address.</summary>
    public EndPoint Address { get; }

    /// <summary>The name or IP address by which it is known to others, its certificate among them. Default: the host of <see cref="Address"/>, or empty.</summary>
    public string Host { get; init; }

    /// <summary>How TLS is spoken with it; another one holds from the next dial. Default null = plain.</summary>
    public UpstreamTls? Tls
    {
        get => Volatile.Read(ref _tls);
        set => Volatile.Write(ref _tls, value);
    }

    /// <summary>
    /// Its share of the connections, relative to the others. 0 or more; default 1; 0 = no new connections. A new one holds from the next pick.
    /// </summary>
    public int Weight
    {
        get => _weight;
        set
        {
            _weight = value;
            Tell();
        }
    }

    /// <summary>The most connections open to it at once. 1 or more; default null = no bound. A lower one closes none.</summary>
    public int? MaxConnections
    {
        get => Volatile.Read(ref _maxConnections) is var most and not Unbounded ? most : null;
        set
        {
            bool wasFull = IsFull;
            Volatile.Write(ref _maxConnections, value ?? Unbounded);
            if (IsFull != wasFull)
            {
                Volatile.Write(ref _fullChangedAt, Stopwatch.GetTimestamp());
            }

            Tell();
        }
    }

    /// <summary>Whether it is used only when no other is available. Default false.</summary>
    public bool IsBackup
    {
        get => _isBackup;
        set
        {
            _isBackup = value;
            Tell();
        }
    }

    /// <summary>Whether it takes no new connections until further notice. Default false.</summary>
    public bool IsDraining
    {
        get => _isDraining;
        set
        {
            if (_isDraining != value)
            {
                _isDraining = value;
                Volatile.Write(ref _drainChangedAt, Stopwatch.GetTimestamp());
                Tell();
            }
        }
    }

    /// <summary>Whether it may be picked, as probes and dials tell. It begins healthy; <see cref="Application.Report"/> changes it.</summary>
    public UpstreamHealth Health => _health.Health;

    /// <summary>Why it is not healthy, for people; null when it is.</summary>
    public string? HealthReason => _health.Reason;

    /// <summary>The connections it has now, those being dialled included.</summary>
    public int ActiveConnections => Volatile.Read(ref _active);

    /// <summary>Whether it has as many connections as it may.</summary>
    public bool IsFull => ActiveConnections >= Volatile.Read(ref _maxConnections);

    /// <summary>Whether it may take one more connection now. That a weight of 0 sends it none is no lack of its own.</summary>
    public bool IsAvailable => Health == UpstreamHealth.Healthy && !IsFull && !IsDraining;

    /// <summary>When its health changed, or it became full or drained or ceased to be, in ticks of <see cref="Stopwatch"/>; null = never.</summary>
    public long? ChangedAt =>
        Math.Max(_health.ChangedAt, Math.Max(Volatile.Read(ref _fullChangedAt), Volatile.Read(ref _drainChangedAt))) is var at and not 0
            ? at
            : null;

    /// <summary>It may take connections that it would not have taken before, or no longer those it would have. Handlers are quick.</summary>
    internal event Action? Changed;

    /// <summary>Its name and address as a number, the same everywhere and always.</summary>
    internal ulong IdentityHash { get; }

    /// <summary>Where <see cref="LeastConnections"/> has it in the order of equals: advances by 1 / weight with each pick. Under the set's lock only.</summary>
    internal double Turn { get; set; }

    /// <summary>What <see cref="RoundRobin"/> owes it. Under the set's lock only.</summary>
    internal double Credit { get; set; }

    /// <summary>When it began to start slowly, in ticks of the application's clock; null = it has its whole weight. Under the set's lock only.</summary>
    internal long? SlowSince { get; set; }

    /// <summary>How many dials ended so.</summary>
    public long Dials(DialResult result) => Volatile.Read(ref _dials[(int)result]);

    /// <summary>How often its health became this.</summary>
    public long HealthChanges(UpstreamHealth health) => _health.Changes(health);

    /// <summary>Takes in what probes or dials tell; a new reason for the same health is kept too. Under the set's lock only.</summary>
    /// <returns>What changed; null = nothing but the reason.</returns>
    internal HealthChange? Report(UpstreamHealth health, string? reason, TimeProvider time)
    {
        if (_health.Report(health, reason, time) is not { } change)
        {
            return null;
        }

        if (health == UpstreamHealth.Healthy)
        {
            SlowSince = time.GetTimestamp();
        }

        Tell();
        return change;
    }

    /// <summary>Forgets how it was when it was taken out, now that it is put in again. Under the set's lock only.</summary>
    internal void BeginAnew() => _health.BeginAnew();

    /// <summary>Counts a connection in, before its dial. Under the set's lock only, so that the bound holds.</summary>
    internal void Enter()
    {
        if (Interlocked.Increment(ref _active) == Volatile.Read(ref _maxConnections))
        {
            Volatile.Write(ref _fullChangedAt, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Counts a connection out.</summary>
    internal void Leave()
    {
        if (Interlocked.Decrement(ref _active) + 1 == Volatile.Read(ref _maxConnections))
        {
            Volatile.Write(ref _fullChangedAt, Stopwatch.GetTimestamp());
        }

        // The decrement is a fence already; and a bound that is changed at this moment tells by itself.
        Changed?.Invoke();
    }

    /// <summary>Counts the end of a dial.</summary>
    internal void CountDial(DialResult result) => Interlocked.Increment(ref _dials[(int)result]);

    private void Tell()
    {
        // Who begins to wait after this sees the change; who waited before is seen by the handler.
        Interlocked.MemoryBarrier();
        Changed?.Invoke();
    }
}
