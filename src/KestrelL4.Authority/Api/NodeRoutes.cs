using KestrelL4.Authority.Administration;
using KestrelL4.Authority.Identities;
using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace KestrelL4.Authority.Api;

/// <summary>What nodes ask an authority that knows them.</summary>
/// <param name="store">The registry and the nodes.</param>
/// <param name="registry">The signed snapshot.</param>
/// <param name="stream">The events.</param>
/// <param name="tellings">Bounds how often a node has its record changed by what it tells.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class NodeRoutes(Store store, SignedRegistry registry, RegistryStream stream, AttemptLimit tellings, TimeProvider time)
{
    private const int MostClientAuthorities = 100;
    private const string LastEventId = "Last-Event-ID";

    /// <summary>Maps the routes; a stream ends when <paramref name="stopping"/> says so.</summary>
    public void MapTo(IEndpointRouteBuilder routes, CancellationToken stopping)
    {
        // As delegates, or what the methods give would be taken for a mere task and never written.
        routes.MapGet(AuthorityRoutes.Ping, (Delegate)PingAsync).To(Role.Node);
        routes.MapGet(AuthorityRoutes.Registry, Registry).To(Role.Node);
        routes.MapGet(AuthorityRoutes.RegistryEvents, (HttpContext context) => Events(context, stopping)).To(Role.Node);
    }

    private async Task<IResult> PingAsync(HttpContext context)
    {
        Peer peer = RoleGate.PeerOf(context);
        string[] told = [.. context.Request.Query[AuthorityRoutes.ClientAuthorityParameter].OfType<string>().Select(static name => name.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal)];
        if (told.Length > MostClientAuthorities || !told.All(CertificateName.IsClientAuthority))
        {
            return new RefusalResult(Refusal.Invalid($"{AuthorityRoutes.ClientAuthorityParameter} names up to {MostClientAuthorities} client authorities"));
        }

        // Asked first without the gate, for a ping is frequent and its news are rare. Each costs the disk a line that stays: what a node
        // tells more often than that, gone bad perhaps, is taken from a later ping.
        if (store.Nodes.State.Nodes.GetValueOrDefault(peer.Name)?.ClientAuthorities.SequenceEqual(told) != true && tellings.Admit(peer.Name) is null)
        {
            Answer<NodeRecord> kept = await store.ChangeNodesAsync($"node {peer.Name}", nodes => Note(nodes, peer.Name, told));
            if (!kept.IsDone)
            {
                return new RefusalResult(kept.Refusal);
            }
        }

        RegistryState state = store.Registry.State;
        return Results.Json(
            new Pong(state.AuthorityId, peer.Name, state.Epoch, state.Revision, time.GetUtcNow()), ProtocolJson.Default.Pong);
    }

    private static Answer<Changed<NodesState, NodeRecord>> Note(NodesState nodes, string name, string[] told)
    {
        if (!nodes.Nodes.TryGetValue(name, out NodeRecord? node))
        {
            return Refusal.Forbidden(RefusalReason.NodeUnknown, $"node '{name}' is not known");
        }

        return node.ClientAuthorities.SequenceEqual(told)
            ? new Changed<NodesState, NodeRecord>(nodes, "", node)
            : new Changed<NodesState, NodeRecord>(
                nodes.With(name, node with { ClientAuthorities = told }),
                $"node {name} has the client authorities {(told.Length == 0 ? "of this authority alone" : string.Join(", ", told))}",
                node);
    }

    private IResult Registry(HttpContext context)
    {
        EntityTagHeaderValue inForce = new($"\"{registry.Version}\"");
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Compare(inForce, useStrongComparison: false)))
        {
            context.Response.GetTypedHeaders().ETag = inForce;
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }

        (string version, byte[] document) = registry.Current();
        context.Response.GetTypedHeaders().ETag = new EntityTagHeaderValue($"\"{version}\"");
        return Results.Bytes(document, AuthorityMediaTypes.Snapshot);
    }

    private ServerSentEventsResult<RegistryNews> Events(HttpContext context, CancellationToken stopping)
    {
        string? known = context.Request.Headers[LastEventId];
        var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        context.Response.RegisterForDispose(end);
        return TypedResults.ServerSentEvents(stream.FollowAsync(RoleGate.PeerOf(context), known, end.Token));
    }
}
