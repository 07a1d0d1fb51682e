namespace KestrelL4.Server;

/// <summary>What a look at a state directory found.</summary>
internal enum StateDirectoryUse
{
    /// <summary>A node may take it.</summary>
    Free,

    /// <summary>A node holds it.</summary>
    ByRunningNode,

    /// <summary>It is open to others or cannot be written.</summary>
    Unsafe,
}
