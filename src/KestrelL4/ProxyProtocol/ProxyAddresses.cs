using System.Net;
using System.Net.Sockets;

namespace KestrelL4.ProxyProtocol;

/// <summary>Whence a connection came and where it went, before proxies passed it on. Both of one family; no IPv4 addresses mapped into IPv6.</summary>
/// <param name="Source">The client's end point.</param>
/// <param name="Destination">The end point that the client connected to.</param>
internal sealed record ProxyAddresses(IPEndPoint Source, IPEndPoint Destination)
{
    /// <summary>The addresses that a header can tell; null when one is unknown, has no IP address, or they differ in family.</summary>
    public static ProxyAddresses? Of(EndPoint? source, EndPoint? destination) =>
        source is IPEndPoint from && destination is IPEndPoint to
        && Unmapped(from) is var unmappedFrom && Unmapped(to) is var unmappedTo
        && unmappedFrom.AddressFamily == unmappedTo.AddressFamily
            ? new ProxyAddresses(unmappedFrom, unmappedTo)
            : null;

    /// <summary>An end point of IPv6 that stands for one of IPv4, as that one; any other as it is.</summary>
    public static IPEndPoint Unmapped(IPEndPoint endPoint) =>
        endPoint.AddressFamily == AddressFamily.InterNetworkV6 && endPoint.Address.IsIPv4MappedToIPv6
            ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port)
            : endPoint;
}
