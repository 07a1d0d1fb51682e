using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Server.Agent.Caches;

/// <summary>One file of the cache.</summary>
/// <param name="Name">Its name in the directory.</param>
/// <param name="MostBytes">A longer file is not ours.</param>
internal sealed record CachePart(string Name, int MostBytes)
{
    private const int Small = 1024 * 1024;

    /// <summary>The authority's root, PEM.</summary>
    public static readonly CachePart Root = new("root.crt", Small);

    /// <summary>The key of a join whose answer is awaited: <see cref="Identities.JoinKey"/>.</summary>
    public static readonly CachePart JoinKey = new("join.key", Small);

    /// <summary>The identity: its key, its certificate and the certificates behind it, PEM.</summary>
    public static readonly CachePart Identity = new("identity.pem", Small);

    /// <summary>The signed snapshot as it was received.</summary>
    public static readonly CachePart Registry = new("registry.snapshot", SnapshotDocument.MaxBytes);

    /// <summary>What is known about the others: <see cref="KeptRecord"/>.</summary>
    public static readonly CachePart Record = new("record.json", Small);

    /// <summary>Written and removed at once, to see whether the disk takes it: more than a join and an identity together.</summary>
    public static readonly CachePart Trial = new("trial", 64 * 1024);

    /// <summary>All parts in the order in which they are written.</summary>
    /// <remarks>The record comes last: it must never know of a registry that is not on the disk, or the one that is would be taken for rolled back.</remarks>
    public static readonly IReadOnlyList<CachePart> All = [Root, JoinKey, Identity, Registry, Record];
}
