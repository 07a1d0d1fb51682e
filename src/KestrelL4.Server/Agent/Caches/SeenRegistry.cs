using KestrelL4.Protocol.Snapshots;

namespace KestrelL4.Server.Agent.Caches;

/// <summary>The newest registry of an authority that this node has put in force: none that is older may follow.</summary>
/// <param name="AuthorityId">Which authority.</param>
/// <param name="Epoch">Its epoch, 1 or more.</param>
/// <param name="Revision">Its revision, 1 or more.</param>
/// <param name="Version">Its version, which tells it from others of the same epoch and revision.</param>
internal sealed record SeenRegistry(string AuthorityId, long Epoch, long Revision, string Version)
{
    /// <summary>How a registry's problem begins that went back.</summary>
    public const string RolledBack = "rolled back";

    /// <summary>What there is to see of a snapshot.</summary>
    public static SeenRegistry Of(Snapshot snapshot) => new(snapshot.AuthorityId, snapshot.Epoch, snapshot.Revision, snapshot.Version);

    /// <summary>Why a snapshot must not follow this one; null when it may.</summary>
    public string? ProblemOf(Snapshot snapshot)
    {
        if (snapshot.AuthorityId != AuthorityId)
        {
            return $"another authority: this one calls itself '{snapshot.AuthorityId}' and the registry in force is of '{AuthorityId}', under the same root; "
                + "if that is meant, stop the node and remove record.json and registry.snapshot from 'authority' in its state directory";
        }

        int difference = (snapshot.Epoch, snapshot.Revision).CompareTo((Epoch, Revision));
        return difference > 0 || (difference == 0 && snapshot.Version == Version) ? null
            : difference == 0
                ? $"{RolledBack}: there are two registries of epoch {Epoch}, revision {Revision}, and this is not the one that this node has seen; {Remedy}"
                : $"{RolledBack}: epoch {snapshot.Epoch}, revision {snapshot.Revision} is older than epoch {Epoch}, revision {Revision}, which this node has seen; {Remedy}";
    }

    private const string Remedy = "if the authority was restored from a backup on purpose, run 'authority restore --new-epoch' there";
}
