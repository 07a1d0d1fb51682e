namespace KestrelL4.Authority.RegistryStore;

/// <summary>The files of the state in the authority's directory.</summary>
/// <param name="directory">An absolute path.</param>
internal sealed class StoreFiles(string directory)
{
    /// <summary>Clients, grants and revoked certificates.</summary>
    public StateFile<RegistryState> Registry { get; } = new(Path.Combine(directory, "registry.json"), StoreJson.Default.RegistryState);

    /// <summary>Nodes, join tokens and the administrators' list.</summary>
    public StateFile<NodesState> Nodes { get; } = new(Path.Combine(directory, "nodes.json"), StoreJson.Default.NodesState);

    /// <summary>Every change.</summary>
    public AuditLog Audit { get; } = new(Path.Combine(directory, "audit.log"));

    /// <summary>Removes what a kill left half written of these, and nothing else of that suffix.</summary>
    public void RemoveUnfinished()
    {
        DurableFile.RemoveUnfinished(Registry.Path);
        DurableFile.RemoveUnfinished(Nodes.Path);
    }
}
