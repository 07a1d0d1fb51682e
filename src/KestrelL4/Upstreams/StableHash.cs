using System.Net;

namespace KestrelL4.Upstreams;

/// <summary>Hashes of 64 bits that are the same in every process and on every machine; not secret.</summary>
/// <remarks>FNV-1a over the characters, and the finaliser of SplitMix64 where every bit must depend on every other.</remarks>
internal static class StableHash
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The hash of a name, whose case does not matter.</summary>
    public static ulong Of(string name) => Append(Basis, name);

    /// <summary>The hash of an IP address, the same whether or not an IPv4 address came in through an IPv6 socket.</summary>
    public static ulong Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int written);
        ulong hash = Basis;
        foreach (byte part in address.IsIPv4MappedToIPv6 ? bytes[12..] : bytes[..written])
        {
            hash = (hash ^ part) * Prime;
        }

        return hash;
    }

    /// <summary>The hash of an upstream's identity: its name and its address.</summary>
    public static ulong Of(string name, EndPoint address) => Mix(address switch
    {
        DnsEndPoint dns => Append(Append(Append(Of(name), '\0'), dns.Host), (ulong)dns.Port),
        IPEndPoint ip => Append(Append(Of(name), Of(ip.Address)), (ulong)ip.Port),
        _ => Append(Append(Of(name), '\0'), address.ToString() ?? ""),
    });

    /// <summary>Spreads a hash over the numbers between 0 and 1, neither of them included.</summary>
    public static double Fraction(ulong hash) => ((Mix(hash) >> 11) + 0.5) * (1.0 / (1UL << 53));

    private static ulong Append(ulong hash, string text)
    {
        foreach (char character in text)
        {
            hash = Append(hash, char.ToUpperInvariant(character));
        }

        return hash;
    }

    private static ulong Append(ulong hash, ulong part) => (hash ^ part) * Prime;

    private static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EB;
        return hash ^ (hash >> 31);
    }
}
