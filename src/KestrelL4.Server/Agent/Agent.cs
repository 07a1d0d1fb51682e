#pragma warning disable CS9113, CS0067, IDE0060
using KestrelL4.Registry;
using KestrelL4.Server.Agent.Contact;
using KestrelL4.Server.Configuration;
using Microsoft.Extensions.Logging;

namespace KestrelL4.Server.Agent;

/// <summary>The node's side of the authority: joins, renews the identity, follows the registry, and keeps the last good copy of both.</summary>
/// <remarks>No connection ever waits for it.</remarks>
internal sealed class Agent : IAsyncDisposable
{
    /// <summary>Takes up what an earlier process kept; asks nobody yet.</summary>
    /// <param name="settings">The section <c>Authority</c>.</param>
    /// <param name="stateDirectory">Where the caches are.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="time">The node's clock.</param>
    public Agent(AgentSettings settings, string stateDirectory, ILoggerFactory loggers, TimeProvider time) => throw new NotImplementedException();

    /// <summary>What the node has; <see cref="Changed"/> tells when it is another.</summary>
    public Holding Holding => throw new NotImplementedException();

    /// <summary>How the node stands with the authority; <see cref="StateChanged"/> tells when it is another.</summary>
    public AgentState State => throw new NotImplementedException();

    /// <summary>How long the registry has been unconfirmed; its limit follows the settings.</summary>
    public RegistryAge Age => throw new NotImplementedException();

    /// <summary>The holding is another; in force when the handler returns. Raised by one thread at a time.</summary>
    public event Action? Changed;

    /// <summary>The state is another. Raised by one thread at a time.</summary>
    public event Action? StateChanged;

    /// <summary>Whether a section of this hash has worked before, or there is an identity in date to prove it.</summary>
    public bool HasWorkedBefore => throw new NotImplementedException();

    /// <summary>Completes with the reason when the node must end: <c>ExitAfter</c> has passed, or the renewal is exhausted and the node is to exit.</summary>
    public Task<string> GivenUp => throw new NotImplementedException();

    /// <summary>Tries once, before the node serves: joins when there is no usable identity, pings, fetches the registry. Null = it worked.</summary>
    public Task<ContactFailure?> TryAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Begins to follow the authority in the background.</summary>
    public void Start() => throw new NotImplementedException();

    /// <summary>Puts another section in force: what is known stays, the connection is built anew, and it is tried at once.</summary>
    public void Use(AgentSettings settings) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

/// <summary>The section <c>Authority</c> as the agent needs it.</summary>
/// <param name="Authority">The section.</param>
/// <param name="Hash">Changes with any key or value of the section.</param>
/// <param name="ClientAuthorities">The names of the client authorities of the node's own configuration, which the authority is told.</param>
internal sealed record AgentSettings(AuthorityConfiguration Authority, string Hash, IReadOnlyList<string> ClientAuthorities);
