using System.Net;
using KestrelL4.Server.Configuration;
using Microsoft.AspNetCore.Http;

namespace KestrelL4.Server.Admin;

/// <summary>Knows the node's own names, so that a page whose name points here (DNS rebinding) cannot read through a browser.</summary>
internal sealed class HostFilter(AdminConfiguration configuration)
{
    private readonly HashSet<string> _names = new(configuration.AllowedHosts, StringComparer.OrdinalIgnoreCase)
    {
        "localhost",
        HostString.FromUriComponent(configuration.Listen.Text).Host,
    };

    /// <summary>Whether a request to this host is meant for the node: an address, or one of its names.</summary>
    public bool Allows(HostString host) =>

        // HTTP/1.0 knows no Host; every browser sends one.
        !host.HasValue || IPAddress.TryParse(host.Host, out _) || _names.Contains(host.Host);
}
