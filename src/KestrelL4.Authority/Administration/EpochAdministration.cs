using KestrelL4.Authority.RegistryStore;

namespace KestrelL4.Authority.Administration;

/// <summary>Begins a new epoch: said on purpose after a restore from a backup, so that nodes believe a registry that went back.</summary>
/// <param name="store">The registry.</param>
internal sealed class EpochAdministration(Store store)
{
    /// <summary>Begins it.</summary>
    /// <param name="who">The administrator.</param>
    public Task<Answer<DoneReport>> BeginAsync(string who) => store.ChangeRegistryAsync<DoneReport>(who, static registry =>
    {
        string what = $"epoch {registry.Epoch + 1} begun, after epoch {registry.Epoch} was restored at revision {registry.Revision}";
        return new Changed<RegistryState, DoneReport>(registry with { Epoch = registry.Epoch + 1 }, what, new DoneReport(what));
    });
}
