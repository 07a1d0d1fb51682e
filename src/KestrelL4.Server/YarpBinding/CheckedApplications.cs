using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using KestrelL4.Server.Listeners;

namespace KestrelL4.Server.YarpBinding;

/// <summary>The applications that are checked, by name, which is the id of their cluster.</summary>
internal sealed class CheckedApplications
{
    private readonly ConcurrentDictionary<string, CheckedApplication> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>All of them.</summary>
    public IEnumerable<CheckedApplication> All => _byName.Values;

    /// <summary>The application of a cluster; false for one that was removed.</summary>
    public bool TryFind(string cluster, [NotNullWhen(true)] out CheckedApplication? application) => _byName.TryGetValue(cluster, out application);

    /// <summary>Keeps those that are configured, takes in new ones, and forgets the others.</summary>
    public void Follow(IReadOnlyCollection<ServedApplication> configured, CheckParts parts)
    {
        foreach (CheckedApplication application in _byName.Values.Where(application => !configured.Contains(application.Served)))
        {
            _byName.TryRemove(application.Name, out _);
            application.Dispose();
        }

        foreach (ServedApplication served in configured)
        {
            _byName.GetOrAdd(served.Name, _ => new CheckedApplication(served, parts)).Follow();
        }
    }
}
