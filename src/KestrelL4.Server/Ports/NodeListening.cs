using KestrelL4.Server.Configuration;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Transport;

namespace KestrelL4.Server.Ports;

/// <summary>Who listens where, and the one gate through which every change of it goes.</summary>
/// <param name="served">The applications.</param>
/// <param name="admin">The admin endpoint.</param>
/// <param name="passed">The sockets that were passed to this process.</param>
internal sealed class NodeListening(ServedApplications served, IListening admin, PassedSockets passed) : IDisposable
{
    private readonly NodePorts _ports = new(passed);
    private readonly SemaphoreSlim _gate = new(1);
    private ListenAddress? _adminAddress;

    /// <summary>The applications.</summary>
    public ServedApplications Served => served;

    /// <summary>Whether the ports of all applications are to be closed, whatever is configured.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Whether they are to be closed because nobody could be let in: there is no registry, or no identity in date.</summary>
    public bool LetsNobodyIn { get; set; }

    /// <summary>Whether a port is closed that should be open, because somebody took it while it was closed.</summary>
    public bool LacksPorts => served.Configured.Any(application => !IsToBeClosed(application) && application.Bound is null);

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
    /// <exception cref="BindException">An address that is new cannot be bound; nothing was changed.</exception>
    public async Task<PortChange> PrepareAsync(IEnumerable<ServedApplication> applications, NodeConfiguration configuration)
    {
        // A port that was closed for a while may be taken by now. Such a loss refuses no change that has nothing to do with it.
        HashSet<ServedApplication> known = [.. served.Configured];
        ListenAddress adminAddress = configuration.Admin.Listen;
        PortChange change = await _ports.PrepareAsync(
        [
            .. applications.Select(application => WishOf(
                application,
                configuration.Applications[application.Name].Listen,
                known.Contains(application) ? application.Configuration.Listen : null)),
            new ListenWish(admin, adminAddress, OpenAfter(_adminAddress, adminAddress)),
        ]).ConfigureAwait(false);
        _adminAddress = adminAddress;
        return change;
    }

    /// <summary>Puts a change in force.</summary>
    public Task CommitAsync(PortChange change) => _ports.CommitAsync(change);

    /// <summary>Opens and closes ports as the applications are drained or not.</summary>
    /// <param name="opening">Those whose ports must open; the port of any other that somebody took meanwhile is in nobody's way.</param>
    /// <returns>The addresses of those others that stay closed.</returns>
    /// <exception cref="BindException">An address of these cannot be bound; nothing was changed.</exception>
    public async Task<IReadOnlyList<BindException>> AlignAsync(params IEnumerable<ServedApplication> opening)
    {
        PortChange change = await _ports.PrepareAsync(
        [
            .. served.Configured.Select(application => WishOf(
                application, application.Configuration.Listen, opening.Contains(application) ? null : application.Configuration.Listen)),
            new ListenWish(admin, _adminAddress!, PortState.OpenIfFree),
        ]).ConfigureAwait(false);
        await CommitAsync(change).ConfigureAwait(false);
        return change.Unbound;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ports.Dispose();
        _gate.Dispose();
    }

    private ListenWish WishOf(ServedApplication application, ListenAddress listen, ListenAddress? before) =>
        new(application, listen, IsToBeClosed(application) ? PortState.Closed : OpenAfter(before, listen));

    private bool IsToBeClosed(ServedApplication application) => IsClosed || LetsNobodyIn || application.IsDrained;

    private static PortState OpenAfter(ListenAddress? before, ListenAddress listen) =>
        before?.Text == listen.Text ? PortState.OpenIfFree : PortState.Open;

    private sealed class Change(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
