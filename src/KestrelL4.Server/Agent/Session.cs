using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Agent.Following;
using KestrelL4.Server.Agent.Identities;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent;

/// <summary>Following one authority for as long as one section is in force.</summary>
internal sealed class Session : IAsyncDisposable
{
    private readonly AuthorityClient _client;
    private readonly RoundsLoop _rounds;
    private readonly EventsLoop _events;

    /// <summary>Builds everything about the connection anew.</summary>
    /// <param name="settings">The section.</param>
    /// <param name="parts">What stays.</param>
    public Session(AgentSettings settings, AgentParts parts)
    {
        Settings = settings;
        _client = new AuthorityClient(settings.Authority, settings.Hash, parts.Cache.Directory, parts.Loggers, parts.Time)
        {
            KnownRoot = parts.LastGood.Root,
        };
        IdentityErrand identity = new(
            _client, new Enrolment(_client, settings.Authority, parts.JoinKey, parts.Time), settings.Authority, parts);
        RegistryErrand registry = new(_client, parts.LastGood, parts.Standing, parts.Loggers.CreateLogger<RegistryErrand>(), parts.Time);
        _rounds = new RoundsLoop(new Round(_client, settings, identity, registry, parts.LastGood), identity, registry, parts, settings);
        _events = new EventsLoop(_client, registry, parts.Standing, parts.Loggers.CreateLogger<EventsLoop>(), parts.Time) { Asking = _rounds.Asking };
    }

    /// <summary>The section.</summary>
    public AgentSettings Settings { get; }

    /// <summary>Asks once. Null = the authority answered everything.</summary>
    public Task<ContactFailure?> TryAsync(CancellationToken cancellation) => _rounds.AskAsync(cancellation);

    /// <summary>Follows until it is cancelled.</summary>
    public Task RunAsync(CancellationToken cancellation) => Task.WhenAll(_rounds.RunAsync(cancellation), _events.RunAsync(cancellation));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
