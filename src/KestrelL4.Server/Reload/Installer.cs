using KestrelL4.Registry;
using KestrelL4.Server.Admin;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Discovery;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Ports;
using KestrelL4.Server.Sources;

namespace KestrelL4.Server.Reload;

/// <summary>Puts a configuration in force, wholly or not at all.</summary>
/// <param name="listening">Who listens where.</param>
/// <param name="admin">The admin endpoint.</param>
/// <param name="parts">What new listeners are made with.</param>
/// <param name="upstreams">Sees to the upstreams.</param>
/// <param name="access">Who is let in.</param>
internal sealed class Installer(
    NodeListening listening, AdminListener admin, ListenerParts parts, UpstreamWatch upstreams, AccessInForce access)
{
    private (string Key, RegistrySnapshot? Registry) _clients;

    /// <summary>Binds, and then changes the node. Open connections go on, unless what let them in was withdrawn.</summary>
    /// <param name="reading">The configuration.</param>
    /// <param name="files">What its files hold.</param>
    /// <exception cref="BindException">An address cannot be bound; nothing was changed.</exception>
    public async Task<Installation> InstallAsync(ConfigurationReading reading, NodeFiles files)
    {
        NodeConfiguration next = reading.Understood;
        List<ServedApplication> before = [.. listening.Served.Configured];
        List<ServedApplication> configured = [.. next.Applications.Select(entry => Existing(entry.Key)
            ?? new ServedApplication(entry.Key, entry.Value, parts))];
        List<ServedApplication> added = [.. configured.Except(before)];

        // One that comes back comes back into service. Its port is bound by that.
        List<ServedApplication> drained = added.FindAll(static application => application.IsDrained);
        drained.ForEach(static application => application.IsDrained = false);
        await upstreams.Names.AskAsync(HostsOf(next)).ConfigureAwait(false);
        PortChange change;
        (string Key, RegistrySnapshot? Registry) clients = RegistryOf(reading);
        listening.LetsNobodyIn = !access.With(files, clients.Registry).LetsSomebodyIn(parts.Time.GetUtcNow());
        try
        {
            change = await listening.PrepareAsync(configured, next).ConfigureAwait(false);
        }
        catch (BindException)
        {
            added.ForEach(static application => application.Application.IsRemoved = true);
            drained.ForEach(static application => application.IsDrained = true);
            throw;
        }

        // Whatever follows succeeds.
        List<ServedApplication> removed = [.. before.Except(configured)];
        removed.ForEach(static application => application.Application.IsRemoved = true);
        configured.ForEach(application => application.Use(next.Applications[application.Name], files, upstreams.Names.Known));
        listening.Served.All = [.. configured.Union(listening.Served.All)];
        admin.Configuration = next.Admin;
        parts.Shared.Use(next);
        _clients = clients;
        int cut = access.Use(files, clients.Registry);
        await listening.CommitAsync(change).ConfigureAwait(false);
        upstreams.Health.Follow();
        return new Installation(added, removed, cut, [.. change.Unbound.Select(static each => each.Message)]);
    }

    private static IEnumerable<string> HostsOf(NodeConfiguration configuration) =>
        from application in configuration.Applications.Values
        from upstream in application.Upstreams
        let host = new UpstreamEntry(upstream.Key, upstream.Value, null).Host
        where host is not null
        select host;

    private ServedApplication? Existing(string name) =>
        listening.Served.All.FirstOrDefault(application => string.Equals(application.Name, name, StringComparison.OrdinalIgnoreCase));

    // A revision that stands still tells that nobody's certificates and grants changed; a serial number may stand for its only authority.
    private (string Key, RegistrySnapshot? Registry) RegistryOf(ConfigurationReading reading)
    {
        if (reading.Understood.Authority is not null)
        {
            return default;
        }

        string key = $"{reading.HashOf("Clients")} {string.Join(' ', reading.Understood.ClientAuthorities.Keys)}";
        return key == _clients.Key
            ? _clients
            : (key, RegistryFile.Snapshot(reading.Understood, parts.Shared.Trust.Current.Registry.Revision + 1));
    }
}

/// <summary>What became of applications and connections.</summary>
/// <param name="Added">Applications that are offered from now on.</param>
/// <param name="Removed">Applications that are offered no more.</param>
/// <param name="Cut">Connections that were closed for what was withdrawn from them.</param>
/// <param name="Unbound">Addresses of old that stay closed, because somebody took them while they were; one text each.</param>
internal sealed record Installation(
    IReadOnlyList<ServedApplication> Added, IReadOnlyList<ServedApplication> Removed, int Cut, IReadOnlyList<string> Unbound);
