using System.Net;
using System.Net.Sockets;

namespace KestrelL4.RateLimiting;

/// <summary>The limit of each source address, met before TLS.</summary>
/// <param name="numbers">The first numbers of one address.</param>
/// <param name="time">The clock of the windows.</param>
public sealed class SourceLimits(RateLimit numbers, TimeProvider time)
{
    private const int Ipv6HostBytes = 8;

    private readonly LimitTable<IPAddress> _sources = new(RateLimitScope.Source, EqualityComparer<IPAddress>.Default, time);
    private RateLimit _numbers = numbers;

    /// <summary>The numbers of one address; new ones apply to the next connection and go on counting the open ones.</summary>
    public RateLimit Numbers
    {
        get => Volatile.Read(ref _numbers);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Volatile.Write(ref _numbers, value);
        }
    }

    /// <summary>Asks for a place for a connection from an end point; a unix socket has no address and is always admitted.</summary>
    public LimitLease Acquire(EndPoint? peer) => peer is IPEndPoint { Address: { } address }
        ? new LimitStack(_sources.Get(Party(address), Numbers)).Acquire()
        : LimitStack.Empty.Acquire();

    /// <summary>The limits of single addresses.</summary>
    internal LimitTable<IPAddress> Addresses => _sources;

    /// <summary>Whom an address belongs to: itself in IPv4, its /64 in IPv6, since one host owns a whole /64 (RFC 6177).</summary>
    internal static IPAddress Party(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(bytes.Length - Ipv6HostBytes).Clear();
        return new IPAddress(bytes);
    }
}
