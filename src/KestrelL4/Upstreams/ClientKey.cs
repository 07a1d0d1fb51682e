using System.Net;

namespace KestrelL4.Upstreams;

/// <summary>Whom a connection belongs to, as <see cref="Balancing.ClientHash"/> tells clients apart.</summary>
/// <param name="name">The client's name; null = it has none.</param>
/// <param name="peer">Where it connects from; null = unknown.</param>
/// <param name="id">The connection's id.</param>
internal readonly struct ClientKey(string? name, EndPoint? peer = null, string? id = null)
{
    /// <summary>
    /// The same for all connections of a client. Those without one belong together by their address, whatever the port; without
    /// an address each is its own client, so that they spread.
    /// </summary>
    public ulong Hash() => name is not null ? StableHash.Of(name)
        : peer is IPEndPoint ip ? StableHash.Of(ip.Address)
        : StableHash.Of(id ?? "");
}
