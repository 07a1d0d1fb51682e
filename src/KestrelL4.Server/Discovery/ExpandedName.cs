using System.Net;
using KestrelL4.Forwarding;

namespace KestrelL4.Server.Discovery;

/// <summary>What is known of a host name whose addresses are upstreams.</summary>
/// <param name="Addresses">The addresses in use, in their own order, so that an answer in another order changes nothing; empty = none is known.</param>
/// <param name="Problem">What an operator should know, for people; null = all is well.</param>
internal sealed record ExpandedName(IReadOnlyList<IPAddress> Addresses, string? Problem)
{
    /// <summary>How many addresses of one name are used; those beyond are left out, and it is told.</summary>
    public const int MostAddresses = 256;

    /// <summary>A name that nobody has answered for yet.</summary>
    public static readonly ExpandedName Unknown = new([], "no answer has come yet");

    /// <summary>What an answer of the name servers means.</summary>
    public static ExpandedName Of(NameAnswer answer)
    {
        IPAddress[] ordered = [.. answer.Addresses.OrderBy(static address => address.AddressFamily).ThenBy(static address => address.GetAddressBytes(), ByteOrder)];
        string? problem = answer.Problem is { } failed
            ? ordered.Length > 0 ? $"{failed}; its last {ordered.Length} addresses stay in use" : failed
            : ordered.Length > MostAddresses ? $"it has {ordered.Length} addresses, and only {MostAddresses} of them are used" : null;
        return new ExpandedName(ordered.Length > MostAddresses ? ordered[..MostAddresses] : ordered, problem);
    }

    /// <summary>Whether another has the same addresses.</summary>
    public bool HasSameAddresses(ExpandedName other) => Addresses.SequenceEqual(other.Addresses);

    private static readonly Comparer<byte[]> ByteOrder = Comparer<byte[]>.Create(static (one, other) => one.AsSpan().SequenceCompareTo(other));
}
