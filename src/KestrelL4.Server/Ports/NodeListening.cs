using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;

namespace KestrelL4.Server.Ports;

/// <summary>Who listens where, and the one gate through which every change of it goes.</summary>
/// <param name="served">The applications.</param>
/// <param name="admin">The admin endpoint.</param>
internal sealed class NodeListening(ServedApplications served, IListening admin) : IDisposable
{
    private readonly NodePorts _ports = new();
    private readonly SemaphoreSlim _gate = new(1);
    private ListenAddress? _adminAddress;

    /// <summary>The applications.</summary>
    public ServedApplications Served => served;

    /// <summary>Whether the ports of all applications are to be closed, whatever is configured.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Whether they are to be closed because the node's certificate is of no use.</summary>
    public bool HasNoIdentity { get; set; }

    /// <summary>Waits for the change under way; the next one begins when the answer is disposed.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before its turn had come.</exception>
    public async Task<IDisposable> BeginChangeAsync(CancellationToken cancellation = default)
    {
        await _gate.WaitAsync(cancellation).ConfigureAwait(false);
        Change change = new(_gate);
        if (cancellation.IsCancellationRequested)
        {
            // The gate opens for whoever waited first, also when he was called off just before by the one who leaves.
            change.Dispose();
            cancellation.ThrowIfCancellationRequested();
        }

        return change;
    }

    /// <summary>Binds what a configuration needs.</summary>
    /// <param name="applications">The applications that it names.</param>
    /// <param name="configuration">The configuration.</param>
    /// <exception cref="BindException">An address cannot be bound; nothing was changed.</exception>
    public Task<PortChange> PrepareAsync(IEnumerable<ServedApplication> applications, NodeConfiguration configuration) => PrepareAsync(
        applications.Select(application => (application, configuration.Applications[application.Name].Listen)), configuration.Admin.Listen);

    /// <summary>Puts a change in force.</summary>
    public Task CommitAsync(PortChange change)
    {
        _adminAddress = change.AddressOf(admin);
        return _ports.CommitAsync(change);
    }

    /// <summary>Opens and closes ports as the applications are drained or not.</summary>
    /// <exception cref="BindException">An address cannot be bound; nothing was changed.</exception>
    public async Task AlignAsync() => await CommitAsync(
        await PrepareAsync(served.Configured.Select(static application => (application, application.Configuration.Listen)), _adminAddress!)
            .ConfigureAwait(false)).ConfigureAwait(false);

    /// <inheritdoc/>
    public void Dispose()
    {
        _ports.Dispose();
        _gate.Dispose();
    }

    private Task<PortChange> PrepareAsync(
        IEnumerable<(ServedApplication Application, ListenAddress Listen)> applications, ListenAddress adminAddress) => _ports.PrepareAsync(
    [
        .. applications.Select(each => new ListenWish(
            each.Application, each.Listen, IsClosed || HasNoIdentity || each.Application.IsDrained ? PortState.Closed : PortState.Open)),
        new ListenWish(admin, adminAddress, PortState.Open),
    ]);

    private sealed class Change(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
