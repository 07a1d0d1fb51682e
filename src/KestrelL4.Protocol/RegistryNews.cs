namespace KestrelL4.Protocol;

/// <summary>What an event of the registry's stream says: which snapshot is in force.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Revision">The revision.</param>
/// <param name="Version">The id of the event, which is the snapshot's <see cref="Snapshots.Snapshot.Version"/>.</param>
internal sealed record RegistryNews(long Epoch, long Revision, string Version);
