using KestrelL4.Protocol;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>An open stream of the registry's events.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    /// <summary>
    /// The next event, heartbeats included: which snapshot is in force. A failure when the stream ended, broke, or has been
    /// silent for 20 s.
    /// </summary>
    public Task<Contact<RegistryNews>> ReadAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
