namespace KestrelL4.Authority.RegistryStore;

/// <summary>Reads the state at the start, and brings state and audit log into agreement after whatever ended the last process.</summary>
/// <remarks>
/// A change is first in the audit log, then in its state's file. So a kill between both leaves a log that is one ahead: that
/// change never was in force, and nobody was told that it was. A log that is behind has lost lines, or belongs to another backup.
/// </remarks>
/// <param name="files">The files.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class StoreRecovery(StoreFiles files, TimeProvider time)
{
    private const string Authority = "authority";

    /// <summary>The state, and what had to be mended; null when nothing had.</summary>
    /// <exception cref="InvalidDataException">A file cannot be understood.</exception>
    /// <exception cref="IOException">The disk refuses.</exception>
    public (RegistryState Registry, NodesState Nodes, string? Mended) Run()
    {
        files.RemoveUnfinished();
        bool cut = files.Audit.CutUnfinishedLine();
        RegistryState? registry = files.Registry.Read();
        NodesState? nodes = files.Nodes.Read();

        // The nodes' file is the first that a new authority writes, and only a new one has logged no change but its beginning.
        if (registry is null ? nodes is { Change: > 1 } || files.Audit.LastChange() is not (0 or 1) : nodes is null)
        {
            throw new InvalidDataException(
                $"{(registry is null ? files.Registry.Path : files.Nodes.Path)} is missing from an authority that has run before; "
                + "restore the directory from a backup, then run 'authority restore --new-epoch'");
        }

        nodes ??= WriteFirst(files.Nodes, NodesState.First());
        registry ??= WriteFirst(files.Registry, RegistryState.First());
        long inForce = Math.Max(registry.Change, nodes.Change);
        if (files.Audit.LastChange() == inForce)
        {
            return (registry, nodes, cut ? "The audit log ended in an unfinished line of a change that never was in force; it was cut off" : null);
        }

        (nodes, string? mended) = Agree(nodes, inForce, files.Audit.LastChange());
        return (registry, nodes, mended);
    }

    private static T WriteFirst<T>(StateFile<T> file, T first)
        where T : class
    {
        file.Write(file.Serialize(first));
        return first;
    }

    private (NodesState Nodes, string? Mended) Agree(NodesState nodes, long inForce, long? logged)
    {
        string? what = (logged, inForce) switch
        {
            (0, 1) => null,
            (null, _) => $"the audit log's last line could not be read; change {inForce} is in force",
            ({ } ahead, _) when ahead > inForce =>
                $"changes {inForce + 1} to {ahead} of the audit log are not in the state: the process was killed before they were in force, "
                + "or the state was restored from a backup, and then 'authority restore --new-epoch' is due",
            _ => $"the audit log lacks the changes {logged + 1} to {inForce}, which are in force",
        };
        long next = Math.Max(inForce, logged ?? inForce) + (what is null ? 0 : 1);
        files.Audit.Append(new AuditEntry(next, time.GetUtcNow(), Authority, what ?? "a new authority begins"));
        NodesState agreed = nodes with { Change = next };
        files.Nodes.Write(files.Nodes.Serialize(agreed));
        return (agreed, what);
    }
}
