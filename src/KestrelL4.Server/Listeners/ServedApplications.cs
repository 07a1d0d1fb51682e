namespace KestrelL4.Server.Listeners;

/// <summary>The applications that the node serves now, with those that a change removed and whose connections still drain.</summary>
internal sealed class ServedApplications
{
    private IReadOnlyList<ServedApplication> _all = [];

    /// <summary>All of them, ordered by name.</summary>
    public IReadOnlyList<ServedApplication> All
    {
        get => Volatile.Read(ref _all);
        set => Volatile.Write(ref _all, [.. value.OrderBy(static served => served.Name, StringComparer.Ordinal)]);
    }

    /// <summary>Those that are configured, ordered by name.</summary>
    public IEnumerable<ServedApplication> Configured => All.Where(static served => !served.Application.IsRemoved);

    /// <summary>The configured application of a name, compared without case, or null.</summary>
    public ServedApplication? Find(string name) =>
        Configured.FirstOrDefault(served => string.Equals(served.Name, name, StringComparison.OrdinalIgnoreCase));
}
