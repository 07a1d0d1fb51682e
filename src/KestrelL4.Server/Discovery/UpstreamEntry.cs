using System.Net;
using KestrelL4.Server.Configuration;
using KestrelL4.Tls;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Discovery;

/// <summary>One configured upstream, which is one upstream or, expanded, as many as its host name has addresses.</summary>
/// <param name="Name">The configured name.</param>
/// <param name="Settings">What the operator wrote.</param>
/// <param name="Tls">How TLS is spoken with it; null = plain.</param>
internal sealed record UpstreamEntry(string Name, UpstreamConfiguration Settings, UpstreamTls? Tls)
{
    /// <summary>The host name whose addresses are the upstreams; null = it is not expanded.</summary>
    public string? Host => Settings is { Expand: true, Address: DnsEndPoint name } ? name.Host : null;

    /// <summary>Whether another names the same servers in the same way.</summary>
    public bool IsSameTargetAs(UpstreamEntry other) =>
        string.Equals(Name, other.Name, StringComparison.OrdinalIgnoreCase)
        && Settings.Address.Equals(other.Settings.Address)
        && Settings.Expand == other.Settings.Expand;

    /// <summary>Whether an upstream is one of those that this entry expands to, now or formerly.</summary>
    public bool ExpandsTo(Upstream upstream) =>
        Host is not null && upstream.Name.Length > Name.Length && upstream.Name[Name.Length] == '['
        && upstream.Name.StartsWith(Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>Its upstreams: those that the application knows go on with all that they count.</summary>
    /// <param name="application">The application.</param>
    /// <param name="known">The addresses of its host name, when it is expanded.</param>
    public IEnumerable<Upstream> UpstreamsOf(Application application, ExpandedName known)
    {
        if (Host is not { } host)
        {
            yield return With(application.FindUpstream(Name, Settings.Address) ?? new Upstream(Name, Settings.Address));
            yield break;
        }

        int port = ((DnsEndPoint)Settings.Address).Port;
        foreach (IPAddress address in known.Addresses)
        {
            string name = $"{Name}[{address}]";
            IPEndPoint endPoint = new(address, port);
            yield return With(application.FindUpstream(name, endPoint) ?? new Upstream(name, endPoint) { Host = host.TrimEnd('.') });
        }
    }

    private Upstream With(Upstream upstream)
    {
        upstream.Weight = Settings.Weight;
        upstream.MaxConnections = Settings.MaxConnections;
        upstream.IsBackup = Settings.Backup;
        upstream.Tls = Tls;
        return upstream;
    }
}
