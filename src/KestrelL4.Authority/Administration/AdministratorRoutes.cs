using System.Text.Json.Serialization.Metadata;
using KestrelL4.Authority.Api;
using KestrelL4.Authority.Identities;
using KestrelL4.Authority.RegistryStore;
using KestrelL4.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace KestrelL4.Authority.Administration;

/// <summary>What administrators have the authority do.</summary>
/// <param name="store">The state, to be listed.</param>
/// <param name="issuers">The root, to be pinned; the issuer of clients.</param>
/// <param name="administrators">Knows which clients may administer.</param>
/// <param name="time">The authority's clock.</param>
internal sealed class AdministratorRoutes(Store store, Issuers issuers, AdministratorList administrators, TimeProvider time)
{
    private const int DefaultDays = 365;

    private readonly NodeAdministration _nodes = new(store, time);
    private readonly ClientAdministration _clients = new(store, new CertificateNames(store), time);
    private readonly ClientIssuance _issuance = new(store, issuers, time);
    private readonly AdministratorAdministration _administrators = new(store, administrators, time);
    private readonly EpochAdministration _epoch = new(store);

    /// <summary>Maps the routes.</summary>
    public void MapTo(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("");
        group.To(Role.Administrator);
        group.MapGet(AdministrationRoutes.Self, Self);
        group.MapPost(AdministrationRoutes.Tokens, async (HttpContext context, TokenOrder order) =>
            Tell(await _nodes.CreateTokenAsync(Who(context), order), AdministrationJson.Default.TokenReport));
        group.MapGet(AdministrationRoutes.Nodes, () => Results.Json(new NodesReport(store.Nodes.State.Nodes), AdministrationJson.Default.NodesReport));
        group.MapDelete(AdministrationRoutes.Node, async (HttpContext context, string name) => Tell(await _nodes.RevokeAsync(Who(context), name)));
        group.MapGet(AdministrationRoutes.Clients, Clients);
        group.MapPost(AdministrationRoutes.Clients, async (HttpContext context, ClientOrder order) =>
            Tell(await _clients.AddAsync(Who(context), order)));
        group.MapPatch(AdministrationRoutes.Client, async (HttpContext context, string name, ClientChange change) =>
            Tell(await _clients.SetAsync(Who(context), name, change)));
        group.MapDelete(AdministrationRoutes.Client, async (HttpContext context, string name) =>
            Tell(await _clients.RevokeAsync(Who(context), name)));
        group.MapPost(AdministrationRoutes.ClientCertificates, IssueAsync);
        group.MapDelete(AdministrationRoutes.Certificate, async (HttpContext context, string id) =>
            Tell(await _clients.RevokeCertificateAsync(Who(context), id)));
        group.MapGet(AdministrationRoutes.Administrators, () => Results.Json(_administrators.List(), AdministrationJson.Default.AdministratorsReport));
        group.MapPost(AdministrationRoutes.Administrators, async (HttpContext context, AdministratorOrder order) =>
            Tell(await _administrators.AddAsync(Who(context), order.SerialNumber)));
        group.MapDelete(AdministrationRoutes.Administrator, async (HttpContext context, string id) =>
            Tell(await _administrators.RemoveAsync(Who(context), id)));
        group.MapPost(AdministrationRoutes.Epoch, (Delegate)BeginEpochAsync);
    }

    private static string Who(HttpContext context) => RoleGate.PeerOf(context).Name;

    private static IResult Tell(Answer<DoneReport> answer) => Tell(answer, AdministrationJson.Default.DoneReport);

    private static IResult Tell<T>(Answer<T> answer, JsonTypeInfo<T> type)
        where T : class => answer.IsDone ? Results.Json(answer.Value, type) : new RefusalResult(answer.Refusal);

    private async Task<IResult> BeginEpochAsync(HttpContext context) => Tell(await _epoch.BeginAsync(Who(context)));

    private IResult Self()
    {
        RegistryState state = store.Registry.State;
        return Results.Json(
            new SelfReport(
                state.AuthorityId,
                CaPin.Of(issuers.Root.Certificate).ToString(),
                state.Epoch,
                state.Revision,
                [.. IssuerEnd.Of(issuers).Select(end => new IssuerReport(end.Name, end.NotAfter, end.WarningAt(time.GetUtcNow())))]),
            AdministrationJson.Default.SelfReport);
    }

    private IResult Clients()
    {
        RegistryState state = store.Registry.State;
        return Results.Json(
            new ClientsReport(state.Epoch, state.Revision, state.Clients, state.Revoked), AdministrationJson.Default.ClientsReport);
    }

    private async Task<IResult> IssueAsync(HttpContext context, string name, int? days)
    {
        if (!SigningRequest.TryRead(await BodyText.ReadAsync(context), out SigningRequest? request, out string? refusal))
        {
            return new RefusalResult(Refusal.Invalid(refusal));
        }

        Answer<string> issued = await _issuance.IssueAsync(Who(context), name, request, days ?? DefaultDays);
        return issued.IsDone ? Results.Text(issued.Value, AuthorityMediaTypes.Certificates) : new RefusalResult(issued.Refusal);
    }
}
