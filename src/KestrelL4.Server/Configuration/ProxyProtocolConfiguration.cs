using System.Net;
using KestrelL4.ProxyProtocol;

namespace KestrelL4.Server.Configuration;

/// <summary>How an application speaks the PROXY protocol: an application's section <c>ProxyProtocol</c>.</summary>
internal sealed record ProxyProtocolConfiguration
{
    /// <summary>The networks whose connections must begin with a PROXY header. Default none.</summary>
    public IReadOnlyList<IPNetwork> AcceptFrom { get; init; } = [];

    /// <summary>Whether connections over a unix socket must begin with a PROXY header. Default false.</summary>
    public bool AcceptFromUnix { get; init; }

    /// <summary>The PROXY header that upstreams are sent. Default none.</summary>
    public ProxyHeaderVersion Send { get; init; }

    /// <summary>Whose connections must begin with a PROXY header, for people; null = nobody's.</summary>
    public string? Proxies => AcceptFrom.Count == 0 && !AcceptFromUnix
        ? null
        : string.Join(" or ", [.. AcceptFrom.Select(static network => network.ToString()), .. AcceptFromUnix ? ["a unix socket"] : (string[])[]]);

    /// <summary>Whether a peer is a proxy that must send a header.</summary>
    /// <param name="peer">The peer's address, an IPv4 one not mapped into IPv6; null = it came over a unix socket.</param>
    public bool IsProxy(EndPoint? peer) => peer is IPEndPoint { Address: { } address }
        ? AcceptFrom.Any(network => network.Contains(address))
        : AcceptFromUnix;
}
