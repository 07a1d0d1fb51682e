using System.Net;
using System.Net.Sockets;
using KestrelL4.Server.Configuration;

namespace KestrelL4.Server.Ports;

/// <summary><c>localhost</c> is both loopbacks, IPv6 only where the machine has it.</summary>
internal static class LoopbackPair
{
    /// <summary>The end points of an address that this machine can have.</summary>
    public static IEnumerable<EndPoint> Present(ListenAddress address) => address.IsLocalhost
        ? address.EndPoints.Where(static endPoint => endPoint.AddressFamily == AddressFamily.InterNetwork || HasIpv6Loopback())
        : address.EndPoints;

    private static bool HasIpv6Loopback()
    {
        try
        {
            using Socket probe = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
