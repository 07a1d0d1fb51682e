using System.Net;
using KestrelL4.Server.Configuration;
using Microsoft.AspNetCore.Http;

namespace KestrelL4.Server.Admin;

/// <summary>Knows the node's own names, so that a page whose name points here (DNS rebinding) cannot read through a browser.</summary>
internal sealed class HostFilter(Func<AdminConfiguration> configuration)
{
    /// <summary>Whether a request to this host is meant for the node: an address, or one of its names.</summary>
    public bool Allows(HostString host)
    {
        // A name with the root's dot is the same name.
        string name = host.Host is [.. var relative, '.'] ? relative : host.Host;

        // HTTP/1.0 knows no Host; every browser sends one.
        return !host.HasValue || IPAddress.TryParse(name, out _) || IsOurs(name);
    }

    /// <summary>The same at the admin socket, where any word does that has no dot: no page of the internet has such a name, and people write what they like.</summary>
    public bool AllowsAtSocket(HostString host) => !host.Host.Contains('.', StringComparison.Ordinal) || Allows(host);

    private bool IsOurs(string name)
    {
        AdminConfiguration admin = configuration();
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.Equals(HostString.FromUriComponent(admin.Listen.Text).Host, StringComparison.OrdinalIgnoreCase)
            || admin.AllowedHosts.Contains(name, StringComparer.OrdinalIgnoreCase);
    }
}
