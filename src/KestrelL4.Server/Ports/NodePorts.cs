using KestrelL4.Server.Transport;

namespace KestrelL4.Server.Ports;

/// <summary>The ports of the node. They change from one set to another wholly or not at all.</summary>
/// <param name="passed">The sockets that were passed to this process.</param>
internal sealed class NodePorts(PassedSockets passed) : IDisposable
{
    private IReadOnlyDictionary<string, BoundAddress> _ports = new Dictionary<string, BoundAddress>();
    private IReadOnlyList<IListening> _holders = [];

    /// <summary>Binds what is not bound yet, and changes nothing else that a refusal could not take back.</summary>
    /// <param name="wishes">Who is to listen where; whoever is left out is to stop.</param>
    /// <returns>The change, to be committed or taken back.</returns>
    /// <exception cref="BindException">An address cannot be bound; everything is as before.</exception>
    public async Task<PortChange> PrepareAsync(IReadOnlyList<ListenWish> wishes)
    {
        PortChange change = new(_ports, _holders, wishes, passed);
        try
        {
            change.Bind();
            return change;
        }
        catch (BindException exception)
        {
            IReadOnlyList<BindException> lost = await change.TakeBackAsync().ConfigureAwait(false);
            throw lost.Count == 0 ? exception : new BindException(exception, lost);
        }
    }

    /// <summary>Puts a change in force: new listeners take over, and what nobody listens at any more is closed.</summary>
    public async Task CommitAsync(PortChange change)
    {
        _ports = await change.CommitAsync().ConfigureAwait(false);
        _holders = change.Holders;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (BoundAddress port in _ports.Values)
        {
            port.Dispose();
        }
    }
}
