using KestrelL4.Server.Configuration;
using KestrelL4.Tls;
using KestrelL4.Upstreams;

namespace KestrelL4.Server.Discovery;

/// <summary>The upstreams of one application, as the configuration and the addresses of names make them; the only one who changes the list.</summary>
/// <remarks>Safe to use from any thread: reload, name servers and operators meet here, one after the other.</remarks>
internal sealed class UpstreamList(Application application)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ExpandedName> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _drained = new(StringComparer.OrdinalIgnoreCase);
    private IReadOnlyList<UpstreamEntry> _entries = [];

    /// <summary>The host names whose addresses it needs.</summary>
    public IEnumerable<string> Hosts => Volatile.Read(ref _entries).Select(static entry => entry.Host).OfType<string>();

    /// <summary>What keeps it from having all upstreams that are configured, for people; empty = nothing.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries.Where(entry => entry.Host is not null && NameOf(entry).Problem is not null)
                    .Select(entry => $"{entry.Name}: {entry.Host}: {NameOf(entry).Problem}")];
            }
        }
    }

    /// <summary>Takes what the operator wrote.</summary>
    /// <param name="configured">The entries by name.</param>
    /// <param name="tlsOf">How TLS is spoken with an entry.</param>
    /// <param name="known">What is known of a host name.</param>
    public void Use(
        IReadOnlyDictionary<string, UpstreamConfiguration> configured, Func<string, UpstreamTls?> tlsOf, Func<string, ExpandedName?> known)
    {
        lock (_gate)
        {
            IReadOnlyList<UpstreamEntry> before = _entries;
            Volatile.Write(
                ref _entries,
                [.. configured.OrderBy(static entry => entry.Key, StringComparer.Ordinal)
                    .Select(entry => new UpstreamEntry(entry.Key, entry.Value, tlsOf(entry.Key)))]);
            foreach (string host in Hosts)
            {
                if (known(host) is { } name)
                {
                    _names[host] = name;
                }
            }

            // Whatever was drained, taken out and given back is to be in service.
            HashSet<string> added = [.. _entries.Where(entry => !before.Any(entry.IsSameTargetAs)).Select(static entry => entry.Name)];
            _drained.ExceptWith(added);
            application.ChangeUpstreams(() => application.Upstreams = Build(added));
        }
    }

    /// <summary>Takes what is known of a host name now.</summary>
    /// <returns>Whether the upstreams are others by that.</returns>
    public bool Use(string host, ExpandedName known)
    {
        lock (_gate)
        {
            if (!Hosts.Contains(host, StringComparer.OrdinalIgnoreCase))
            {
                return false;
            }

            bool isSame = known.HasSameAddresses(_names.GetValueOrDefault(host, ExpandedName.Unknown));
            _names[host] = known;
            if (!isSame)
            {
                application.ChangeUpstreams(() => application.Upstreams = Build(added: []));
            }

            return !isSame;
        }
    }

    /// <summary>Whether a name is that of an upstream, or of an entry that is expanded.</summary>
    public bool Knows(string name) => Expanded(name) is not null || application.Upstreams.Any(upstream => IsNamed(upstream, name));

    /// <summary>The upstreams of a name, with those that it had lately.</summary>
    public IReadOnlyList<Upstream> Of(string name)
    {
        UpstreamEntry? expanded = Expanded(name);
        return [.. application.Upstreams.Concat(application.FormerUpstreams)
            .Where(upstream => expanded is null ? IsNamed(upstream, name) : expanded.ExpandsTo(upstream))];
    }

    /// <summary>Takes a name's upstreams out of picking, also those that it gets later.</summary>
    public void Drain(string name)
    {
        lock (_gate)
        {
            if (Expanded(name) is not null)
            {
                _drained.Add(name);
            }

            foreach (Upstream upstream in Of(name))
            {
                upstream.IsDraining = true;
            }
        }
    }

    /// <summary>Gives a name's upstreams back.</summary>
    public void Undrain(string name)
    {
        lock (_gate)
        {
            _drained.Remove(name);
            foreach (Upstream upstream in Of(name))
            {
                upstream.IsDraining = false;
            }
        }
    }

    private static bool IsNamed(Upstream upstream, string name) => string.Equals(upstream.Name, name, StringComparison.OrdinalIgnoreCase);

    private UpstreamEntry? Expanded(string name) => Volatile.Read(ref _entries).FirstOrDefault(
        entry => entry.Host is not null && string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase));

    private ExpandedName NameOf(UpstreamEntry entry) => _names.GetValueOrDefault(entry.Host ?? "", ExpandedName.Unknown);

    private List<Upstream> Build(HashSet<string> added)
    {
        IReadOnlyList<Upstream> current = application.Upstreams;
        List<Upstream> upstreams = [];
        foreach (UpstreamEntry entry in _entries)
        {
            foreach (Upstream upstream in entry.UpstreamsOf(application, NameOf(entry)))
            {
                if (added.Contains(entry.Name))
                {
                    upstream.IsDraining = false;
                }
                else if (_drained.Contains(entry.Name) && !current.Contains(upstream))
                {
                    upstream.IsDraining = true;
                }

                upstreams.Add(upstream);
            }
        }

        return upstreams;
    }
}
