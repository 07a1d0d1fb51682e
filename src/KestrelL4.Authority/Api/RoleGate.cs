using System.Net;
using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol;
using Microsoft.AspNetCore.Http;

namespace KestrelL4.Authority.Api;

/// <summary>Lets a request through to a route that its peer's role may use, and refuses everything else.</summary>
/// <param name="store">Knows which nodes are welcome.</param>
/// <param name="administrators">Knows which clients may administer.</param>
/// <param name="log">Tells of refusals.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class RoleGate(Store store, AdministratorList administrators, RefusalLog log, TimeProvider time)
{
    /// <summary>Takes a request to its route, or refuses it.</summary>
    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.CacheControl = "no-store";
        Peer peer = PeerOf(context);
        Role roles = RolesOf(context);
        bool isRemote = peer.Role == Role.Client && (roles & Role.Administrator) != 0;
        if ((JudgeRoute(context) ?? BrowserFilter.ProblemOf(context.Request, peer) ?? (isRemote ? administrators.ProblemOf(peer) : Judge(peer, roles))) is { } refusal)
        {
            log.Tell(peer, refusal);
            await RefusalResult.WriteAsync(context, refusal).ConfigureAwait(false);
            return;
        }

        if (isRemote)
        {
            // For this request alone: the next is judged anew.
            context.Features.Set(peer with { Role = Role.Administrator, Name = $"administrator {peer.Name} ({peer.CertificateId})" });
        }

        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { HasStarted: false, StatusCode: >= StatusCodes.Status400BadRequest })
            {
                await RefuseAsync(context, context.Response.StatusCode, "the body is too long, or of another kind than this takes").ConfigureAwait(false);
            }
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, exception.StatusCode, exception.GetBaseException().Message).ConfigureAwait(false);
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string text) =>
        RefusalResult.WriteAsync(context, new Refusal((HttpStatusCode)status, RefusalReason.Invalid, text));

    /// <summary>Who sent a request.</summary>
    public static Peer PeerOf(HttpContext context) => context.Features.Get<Peer>() ?? new Peer(Role.None, "", "unknown");

    /// <summary>Why a node's certificate that was accepted once is none any more; null when it still is.</summary>
    public Refusal? JudgeNode(Peer peer) =>
        PeerIdentification.Expired(peer.NotAfter, time.GetUtcNow())
        ?? (!store.Nodes.State.Nodes.TryGetValue(peer.Name, out NodeRecord? node)
            ? Refusal.Forbidden(
                RefusalReason.NodeUnknown,
                $"node '{peer.Name}' is not known, perhaps because this authority was restored from a backup; join again with a new token")
            : node.RevokedAt is { } at ? Refusal.Forbidden(RefusalReason.NodeRevoked, $"node '{peer.Name}' was revoked at {at:u}")
            : null);

    // A route that names no role is open to nobody.
    private static Role RolesOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<OpenTo>()?.Roles ?? Role.None;

    private static Refusal? JudgeRoute(HttpContext context) => context.GetEndpoint() is null
        ? Refusal.NotFound($"there is nothing at '{context.Request.Path}'")
        : null;

    private Refusal? Judge(Peer peer, Role roles) => (peer.Role & roles) == 0 ? Refuse(peer, roles) : peer.Role == Role.Node ? JudgeNode(peer) : null;

    private static Refusal Refuse(Peer peer, Role roles) =>
        peer.Problem ?? peer.Role switch
        {
            Role.Anonymous when (roles & Role.Node) != 0 =>
                Refusal.Unauthorized(RefusalReason.CertificateMissing, "this is for nodes; connect with the node's certificate"),
            Role.Anonymous => Refusal.Unauthorized(RefusalReason.WrongRole, "this is for administrators, over admin.sock in the authority's directory or with a certificate of their list"),
            Role.Node => Refusal.Forbidden(RefusalReason.WrongRole, "this is not for nodes, and the certificate shown is a node's"),
            Role.Client => Refusal.Forbidden(RefusalReason.WrongRole, "the certificate shown is a client's, which serves at nodes and not here"),
            _ => Refusal.Forbidden(RefusalReason.WrongRole, "this is not served here"),
        };
}
