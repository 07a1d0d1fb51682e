using KestrelL4.Authority.Identities;
using KestrelL4.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace KestrelL4.Authority.Api;

/// <summary>How one comes to trust the authority, and how a node comes to its certificate.</summary>
/// <param name="issuers">The root, for whoever knows its pin.</param>
/// <param name="enrolment">Gives certificates.</param>
/// <param name="strangers">Bounds how often those try to join who show no token of ours.</param>
/// <param name="known">Bounds how often nodes renew and holders of tokens join: apart, so that strangers hold up neither.</param>
/// <param name="log">Tells of refusals.</param>
internal sealed class IdentityRoutes(Issuers issuers, Enrolment enrolment, AttemptLimit strangers, AttemptLimit known, RefusalLog log)
{
    private const string Bearer = "Bearer ";

    /// <summary>Maps the routes.</summary>
    public void MapTo(IEndpointRouteBuilder routes)
    {
        routes.MapGet(AuthorityRoutes.Ca, () => Results.Text(issuers.Root.Certificate.ExportCertificatePem() + "\n", AuthorityMediaTypes.Certificates))
            .To(Role.Anonymous | Role.Node | Role.Client | Role.Stranger);

        // As a delegate, or what the method gives would be taken for a mere task and never written.
        routes.MapPost(AuthorityRoutes.Identity, (Delegate)RespondAsync).To(Role.Anonymous | Role.Node);
    }

    private async Task<IResult> RespondAsync(HttpContext context)
    {
        Peer peer = RoleGate.PeerOf(context);
        Answer<string> answer = await IssueAsync(context, peer);
        if (answer.IsDone)
        {
            return Results.Text(answer.Value, AuthorityMediaTypes.Certificates);
        }

        log.Tell(peer, answer.Refusal);
        return new RefusalResult(answer.Refusal);
    }

    private async Task<Answer<string>> IssueAsync(HttpContext context, Peer peer)
    {
        string authorization = context.Request.Headers.Authorization.ToString();
        bool hasToken = authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase);
        if (Count(peer, hasToken ? authorization[Bearer.Length..] : null) is { } tooMany)
        {
            return tooMany;
        }

        if (hasToken == (peer.Role == Role.Node))
        {
            return hasToken
                ? Refusal.Invalid("either a join token or a node's certificate, not both: leave the token out to renew, or the certificate to join anew")
                : Refusal.Unauthorized(
                    RefusalReason.CertificateMissing, "show the node's certificate to renew it, or a join token, 'Authorization: Bearer TOKEN', to join");
        }

        return !SigningRequest.TryRead(await BodyText.ReadAsync(context), out SigningRequest? request, out string? refusal)
            ? Refusal.Invalid(refusal)
            : await (hasToken ? enrolment.JoinAsync(authorization[Bearer.Length..], request) : enrolment.RenewAsync(peer.Name, request));
    }

    // A node is counted by its name and a holder by the token: others behind the same address have their own count.
    private Refusal? Count(Peer peer, string? token) =>
        peer.Role == Role.Node ? known.Admit($"node {peer.Name}")
        : token is not null && enrolment.Recognize(token) is { } hash ? known.Admit($"token {hash[..8]}")
        : strangers.Admit(peer.Source);
}
