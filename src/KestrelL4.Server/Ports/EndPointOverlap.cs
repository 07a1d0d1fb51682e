using System.Net;
using System.Net.Sockets;

namespace KestrelL4.Server.Ports;

/// <summary>Which end points the kernel does not let two sockets listen at.</summary>
internal static class EndPointOverlap
{
    /// <summary>Whether one is in the way of the other: the same, or an unspecified address of a family at the same port.</summary>
    public static bool Between(EndPoint one, EndPoint other) => one is IPEndPoint { Port: not 0 } left && other is IPEndPoint right
        ? left.Port == right.Port
            && (left.Address.Equals(right.Address) || Covers(left.Address, right.Address) || Covers(right.Address, left.Address))
        : one is not IPEndPoint && one.Equals(other);

    // The unspecified IPv6 address is bound for both families.
    private static bool Covers(IPAddress wide, IPAddress narrow) =>
        wide.Equals(IPAddress.IPv6Any) || (wide.Equals(IPAddress.Any) && narrow.AddressFamily == AddressFamily.InterNetwork);
}
