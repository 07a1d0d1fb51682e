using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Draining;
using KestrelL4.Server.Explaining;
using KestrelL4.Server.Reload;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace KestrelL4.Server.Admin.Routes;

/// <summary>The routes of the admin socket alone: those that change the node, and those that name clients.</summary>
/// <param name="actions">What is done.</param>
/// <param name="time">The node's clock.</param>
internal sealed class OperatorRoutes(OperatorActions actions, TimeProvider time)
{
    private const string Connections = "/connections";
    private const string Connection = "/connections/{id}";
    private const string Drain = "/drain";
    private const string Undrain = "/undrain";
    private const string Reload = "/reload";
    private const string Explain = "/explain";

    private static readonly string[] All = [Connections, Connection, Drain, Undrain, Reload, Explain];

    /// <summary>Has a door that does not serve the routes say where they are served.</summary>
    public static void RefuseOn(IEndpointRouteBuilder routes)
    {
        foreach (string pattern in All)
        {
            routes.Map(pattern, static (HttpContext context) => TypedResults.NotFound(new AdminError(
                    $"'{context.Request.Path}' is served over the admin socket alone: admin.sock in the node's state directory.")))
                .ExcludeFromDescription();
        }
    }

    /// <summary>Maps the routes.</summary>
    public void MapTo(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup("").WithTags("operate");
        group.MapGet(Connections, () => new OpenConnections(actions.Applications(), time))
            .WithSummary("The open connections, oldest first");
        group.MapDelete(Connection, Close)
            .WithSummary("Cut a connection, which ends as closed_by_operator");
        group.MapPost(Drain, BeginDrain)
            .WithSummary("Drain the node, an application, or an upstream of an application");
        group.MapPost(Undrain, TakeDrainBackAsync)
            .WithSummary("Take a drain back: ports open again, upstreams are picked again");
        group.MapPost(Reload, ReloadAsync)
            .WithSummary("Read the configuration and its files anew; answers when they are in force, or refused");
        group.MapGet(Explain, ExplainOne)
            .WithSummary("Whether a client would get in now, to which upstream, under which limits, and why (not)")
            .Produces<AdminError>(StatusCodes.Status400BadRequest);
    }

    private static Results<Accepted, BadRequest<AdminError>, NotFound<AdminError>, Conflict<AdminError>> Answer(DrainAnswer answer)
    {
        AdminError error = new(answer.Problem ?? "");
        return answer.Result switch
        {
            DrainResult.Accepted => TypedResults.Accepted((string?)null),
            DrainResult.Unknown => TypedResults.NotFound(error),
            _ => TypedResults.Conflict(error),
        };
    }

    private static BadRequest<AdminError> UpstreamAlone() =>
        TypedResults.BadRequest(new AdminError("An upstream is named together with its application: ?application=APP&upstream=UPSTREAM."));

    private Results<NoContent, NotFound<AdminError>> Close(string id) =>
        actions.Applications().Any(application => application.Connections.Find(id)?.Close(CloseReason.ClosedByOperator) == true)
            ? TypedResults.NoContent()
            : TypedResults.NotFound(new AdminError($"There is no open connection '{id}'; {Connections} lists them all."));

    private Results<Accepted, BadRequest<AdminError>, NotFound<AdminError>, Conflict<AdminError>> BeginDrain(
        string? application, string? upstream) =>
        application is null && upstream is not null ? UpstreamAlone() : Answer(actions.Drain(application, upstream));

    private async Task<Results<Accepted, BadRequest<AdminError>, NotFound<AdminError>, Conflict<AdminError>>> TakeDrainBackAsync(
        string? application, string? upstream) =>
        application is null && upstream is not null ? UpstreamAlone() : Answer(await actions.Undrain(application, upstream));

    private Results<Ok<Explanation>, NotFound<AdminError>> ExplainOne(string client, string application) =>
        actions.Explain(client, application) is { } explanation
            ? TypedResults.Ok(explanation)
            : TypedResults.NotFound(new AdminError($"There is no application '{application}'; /status lists them all."));

    private async Task<Results<Ok<ConfigurationStatus>, UnprocessableEntity<ReloadRefusal>>> ReloadAsync()
    {
        ReloadOutcome outcome = await actions.Reload();
        return outcome.IsApplied
            ? TypedResults.Ok(actions.Configuration())
            : TypedResults.UnprocessableEntity(new ReloadRefusal(outcome.Errors));
    }
}

/// <summary>Why a reload was refused, and the configuration before it stayed in force.</summary>
/// <param name="Errors">What is wrong, one text each.</param>
internal sealed record ReloadRefusal(IReadOnlyList<string> Errors);
