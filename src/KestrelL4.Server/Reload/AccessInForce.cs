using KestrelL4.Registry;
using KestrelL4.Server.Agent;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Permits;
using KestrelL4.Server.Sources;
using KestrelL4.Tls;

namespace KestrelL4.Server.Reload;

/// <summary>What is in force for letting clients in, whoever brings it: a configuration, or the authority.</summary>
/// <remarks>
/// Its lock is its own and held for moments: a revocation does not wait behind a reload that waits for a name server.
/// </remarks>
/// <param name="served">The applications, whose connections are cut where access is withdrawn.</param>
/// <param name="parts">The steps that ask for it.</param>
/// <param name="permits">Takes up what an earlier process left, once the clients are known.</param>
/// <param name="agent">What the node sees of its agent; null = there is no authority.</param>
internal sealed class AccessInForce(ServedApplications served, ListenerParts parts, PermitKeeper permits, AgentView? agent)
{
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _using = new();
    private Access _current = new();
    private NodeFiles? _files;
    private RegistrySnapshot? _clients;

    /// <summary>What is in force now.</summary>
    public Access Current => Volatile.Read(ref _current);

    /// <summary>The steps that ask for it.</summary>
    public SharedSteps Shared => parts.Shared;

    /// <summary>What the node sees of its agent; null = there is no authority.</summary>
    public AgentView? Agent => agent;

    /// <summary>Completes when identity and registry are known for the first time, or the identity is known to have expired.</summary>
    public Task WhenKnown => _known.Task;

    /// <summary>Whether identity and registry have ever been known.</summary>
    public bool IsKnown => WhenKnown.IsCompleted;

    /// <summary>What would be in force with other files.</summary>
    /// <param name="files">What the configuration's files hold.</param>
    /// <param name="clients">The registry of the section <c>Clients</c>; null = the authority serves it.</param>
    public Access With(NodeFiles files, RegistrySnapshot? clients) => Access.Of(files, clients, agent?.Holding());

    /// <summary>Puts other files in force, and another registry.</summary>
    /// <param name="files">What the configuration's files hold.</param>
    /// <param name="clients">The registry of the section <c>Clients</c>; null = the authority serves it.</param>
    /// <returns>How many connections were cut for what was withdrawn from them.</returns>
    public int Use(NodeFiles files, RegistrySnapshot? clients)
    {
        lock (_using)
        {
            _files = files;
            _clients = clients;
            return PutInForce(With(files, clients));
        }
    }

    /// <summary>Puts in force what the agent has by now; nothing happens before the first files are.</summary>
    /// <returns>How many connections were cut for what was withdrawn from them.</returns>
    public int Refresh()
    {
        lock (_using)
        {
            return _files is null ? 0 : PutInForce(With(_files, _clients));
        }
    }

    private int PutInForce(Access access)
    {
        RegistrySnapshot registry = access.Registry ?? Shared.Trust.Current.Registry;
        int cut = Shared.Trust.Replace(
            new ClientTrust(access.ClientAuthorities, registry) { Age = agent?.Age }, served.All.Select(static each => each.Application));

        // Behind the trust too: a connection that took its numbers from the former one finds it replaced and takes them anew.
        ClientNumbers numbers = new(registry, served.Configured);
        Shared.Clients.Clients.Revise(numbers.Of);
        Shared.Clients.ClientApplications.Revise(numbers.Of);
        if (access.Registry is not null)
        {
            permits.Restore(numbers);
        }

        // Behind the trust, or a client of a new authority would be through its handshake before the authority is known.
        if (access.Identity is { } identity)
        {
            Shared.Handshake.Use(identity, new ClientCertificateValidation(access.ClientAuthorities, parts.Time));
        }

        Volatile.Write(ref _current, access);
        DateTimeOffset now = parts.Time.GetUtcNow();
        if (access.LetsSomebodyIn(now) || access.HasExpired(now))
        {
            _known.TrySetResult();
        }

        return cut;
    }
}
