using KestrelL4.Registry;
using KestrelL4.Server.Agent.Contact;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent;

/// <summary>The node's side of the authority: joins, renews the identity, follows the registry, and keeps the last good copy of both.</summary>
/// <remarks>No connection ever waits for it.</remarks>
internal sealed class Agent : IAsyncDisposable
{
    private readonly AgentParts _parts;
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _lock = new();
    private Session _session;
    private AgentSettings _settings;
    private CancellationTokenSource _superseded = new();
    private Task _following = Task.CompletedTask;
    private Task _recording = Task.CompletedTask;

    /// <summary>Takes up what an earlier process kept; asks nobody yet.</summary>
    /// <param name="settings">The section <c>Authority</c>.</param>
    /// <param name="stateDirectory">Where the caches are.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="time">The node's clock.</param>
    public Agent(AgentSettings settings, string stateDirectory, ILoggerFactory loggers, TimeProvider time)
    {
        _parts = new AgentParts(settings, stateDirectory, loggers, time);
        _settings = settings;
        _session = new Session(settings, _parts);
        Age.Limit = settings.StalenessLimit;
    }

    /// <summary>What the node has; <see cref="Changed"/> tells when it is another.</summary>
    public Holding Holding => _parts.LastGood.Holding.Value;

    /// <summary>How the node stands with the authority; <see cref="StateChanged"/> tells when it is another.</summary>
    public AgentState State => _parts.Standing.State.Value;

    /// <summary>How long the registry has been unconfirmed; its limit follows the settings, and there is none where a stale one is served.</summary>
    public RegistryAge Age => _parts.LastGood.Age;

    /// <summary>The holding is another; in force when the handler returns. Raised by one thread at a time.</summary>
    public event Action? Changed
    {
        add => _parts.LastGood.Holding.Changed += value;
        remove => _parts.LastGood.Holding.Changed -= value;
    }

    /// <summary>The state is another. Raised by one thread at a time.</summary>
    public event Action? StateChanged
    {
        add => _parts.Standing.State.Changed += value;
        remove => _parts.Standing.State.Changed -= value;
    }

    /// <summary>Whether a section of this hash has worked before, or there is an identity in date to prove it.</summary>
    public bool HasWorkedBefore =>
        _parts.LastGood.Record.Worked == Volatile.Read(ref _settings).Hash || Holding.Identity?.NotAfter > _parts.Time.GetUtcNow();

    /// <summary>Completes with the reason when the node must end: <c>ExitAfter</c> has passed, or the renewal is exhausted and the node is to exit.</summary>
    public Task<string> GivenUp => _parts.GivingUp.Reason;

    /// <summary>Why an identity would not be kept now, found out by writing as much; null when it would.</summary>
    public string? ProblemOfKeeping() => _parts.Cache.ProblemOfKeeping();

    /// <summary>Tries once, before the node serves: joins when there is no usable identity, pings, fetches the registry. Null = it worked.</summary>
    public async Task<ContactFailure?> TryAsync(CancellationToken cancellation)
    {
        if (await _session.TryAsync(cancellation).ConfigureAwait(false) is { } failure)
        {
            return failure;
        }

        _parts.LastGood.WriteAge(State.LastContact);
        return Holding.Registry is null ? new ContactFailure(ContactFault.Refused, State.RegistryProblem ?? "the authority gave no registry") : null;
    }

    /// <summary>Begins to follow the authority in the background.</summary>
    public void Start()
    {
        _following = FollowAsync();
        _recording = new RecordLoop(_parts).RunAsync(_ended.Token);
    }

    /// <summary>Puts another section in force: what is known stays, the connection is built anew, and it is tried at once.</summary>
    public void Use(AgentSettings settings)
    {
        Age.Limit = settings.StalenessLimit;
        Volatile.Write(ref _settings, settings);
        EndSection();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        EndSection();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _recording.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _session.DisposeAsync().ConfigureAwait(false);
    }

    // One session after the other, each for as long as its section is in force.
    private async Task FollowAsync()
    {
        while (BeginSection() is { } section)
        {
            if (_session.Settings != section.Settings)
            {
                await _session.DisposeAsync().ConfigureAwait(false);
                _parts.Standing.Reset();
                _session = new Session(section.Settings, _parts);
            }

            await _session.RunAsync(section.Superseded).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The section in force, and what ends it; null when the agent ends.
    private (AgentSettings Settings, CancellationToken Superseded)? BeginSection()
    {
        lock (_lock)
        {
            _superseded = new CancellationTokenSource();
            return _ended.IsCancellationRequested ? null : (_settings, _superseded.Token);
        }
    }

    private void EndSection()
    {
        lock (_lock)
        {
            // Its callbacks run elsewhere: they must not find this lock taken.
            _ = _superseded.CancelAsync();
        }
    }
}
