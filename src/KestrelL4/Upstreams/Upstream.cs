using System.Diagnostics;
using System.Net;

namespace KestrelL4.Upstreams;

/// <summary>One server address of an application, with the connections it has now.</summary>
public sealed class Upstream
{
    private readonly long[] _dials = new long[DialResultExtensions.Count];
    private long _fullChangedAt;
    private int _active;

    /// <summary>Names a server address.</summary>
    /// <param name="name">The name in logs and metrics, unique within its application.</param>
    /// <param name="address">An IP end point, or a DNS end point that is resolved at each dial.</param>
    public Upstream(string name, EndPoint address)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(address);
        Name = name;
        Address = address;
    }

    /// <summary>The name in logs and metrics.</summary>
    public string Name { get; }

    /// <summary>The server address.</summary>
    public EndPoint Address { get; }

    /// <summary>Its share of the connections, relative to the others. 0 or more; default 1; 0 = no new connections.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>The most connections open to it at once. 1 or more; default null = no bound.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>Whether it is used only when no other is available. Default false.</summary>
    public bool IsBackup { get; init; }

    /// <summary>The connections it has now, those being dialled included.</summary>
    public int ActiveConnections => Volatile.Read(ref _active);

    /// <summary>Whether it has as many connections as it may.</summary>
    public bool IsFull => ActiveConnections >= (MaxConnections ?? int.MaxValue);

    /// <summary>When it last became full or ceased to be, in ticks of <see cref="Stopwatch"/>; null = never.</summary>
    public long? FullChangedAt => Volatile.Read(ref _fullChangedAt) is var at and not 0 ? at : null;

    /// <summary>Where it stands in the order of equals: advances by 1 / weight with each pick. Written under the set's lock only.</summary>
    internal double Turn { get; set; }

    /// <summary>How many dials ended so.</summary>
    public long Dials(DialResult result) => Volatile.Read(ref _dials[(int)result]);

    /// <summary>Counts a connection in, before its dial. Under the set's lock only, so that the bound holds.</summary>
    internal void Enter()
    {
        if (Interlocked.Increment(ref _active) == MaxConnections)
        {
            Volatile.Write(ref _fullChangedAt, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Counts a connection out.</summary>
    internal void Leave()
    {
        if (Interlocked.Decrement(ref _active) + 1 == MaxConnections)
        {
            Volatile.Write(ref _fullChangedAt, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Counts the end of a dial.</summary>
    internal void CountDial(DialResult result) => Interlocked.Increment(ref _dials[(int)result]);
}
