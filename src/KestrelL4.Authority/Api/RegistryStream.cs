using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol;

namespace KestrelL4.Authority.Api;

/// <summary>The stream of events by which a node learns at once that another snapshot is in force, and regularly that none is.</summary>
/// <remarks>Only the newest counts, so there is nothing to store: a node that resumes names what it has, and is told what is.</remarks>
/// <param name="store">The registry.</param>
/// <param name="gate">Knows whether the node is still welcome.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class RegistryStream(Store store, RoleGate gate, TimeProvider time)
{
    /// <summary>The events for a node, from now until it is revoked, its certificate ends, or somebody hangs up.</summary>
    /// <param name="peer">The node.</param>
    /// <param name="known">The id of the last event that it has seen; null = none.</param>
    /// <param name="cancellation">Hangs up.</param>
    public async IAsyncEnumerable<SseItem<RegistryNews>> FollowAsync(
        Peer peer, string? known, [EnumeratorCancellation] CancellationToken cancellation)
    {
        bool goesOn = gate.JudgeNode(peer) is null;
        while (goesOn)
        {
            Published<RegistryState> registry = store.Registry;
            string version = SignedRegistry.VersionOf(registry);
            yield return new SseItem<RegistryNews>(
                new RegistryNews(registry.State.Epoch, registry.State.Revision, version),
                version == known ? AuthorityRoutes.HeartbeatEvent : AuthorityRoutes.RegistryEvent)
            {
                EventId = version,
            };
            known = version;
            goesOn = await WaitAsync(peer, registry, cancellation).ConfigureAwait(false);
        }
    }

    // Until there is something to tell; false when the stream ends.
    private async Task<bool> WaitAsync(Peer peer, Published<RegistryState> registry, CancellationToken cancellation)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task due = Task.Delay(AuthorityRoutes.HeartbeatInterval, time, end.Token);
        bool isWelcome;
        Task nodes;
        Task first;
        do
        {
            // Taken before the node is judged, so that no revocation is missed between both.
            nodes = store.Nodes.Superseded;
            isWelcome = !cancellation.IsCancellationRequested && gate.JudgeNode(peer) is null;
            first = isWelcome ? await Task.WhenAny(registry.Superseded, nodes, due).ConfigureAwait(false) : due;
        }
        while (isWelcome && first == nodes);
        await end.CancelAsync().ConfigureAwait(false);
        return isWelcome && !cancellation.IsCancellationRequested;
    }
}
