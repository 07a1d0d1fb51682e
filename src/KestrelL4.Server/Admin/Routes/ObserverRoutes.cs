using KestrelL4.Server.Admin.Answers;
using KestrelL4.Server.Health;
using KestrelL4.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace KestrelL4.Server.Admin.Routes;

/// <summary>The routes that change nothing: liveness, readiness, status and metrics.</summary>
/// <param name="health">How the node is.</param>
/// <param name="status">Takes stock of the node for <c>/status</c>, as far as its reader may know it.</param>
/// <param name="exposition">The metrics.</param>
internal sealed class ObserverRoutes(NodeHealth health, Func<Audience, NodeStatus> status, PrometheusExposition exposition)
{
    private static readonly string[] Head = [HttpMethods.Head];

    /// <summary>Maps the routes.</summary>
    public void MapTo(IEndpointRouteBuilder routes, Audience audience)
    {
        RouteGroupBuilder group = routes.MapGroup("").WithTags("observe");
        Map(group, "/livez", static () => TypedResults.Ok(new Liveness("live")))
            .WithSummary("Whether the process turns; depends on nothing outside");
        Map(group, "/readyz", () => Readiness(health.Report()))
            .WithSummary("Whether the node takes traffic, and how its components are");
        Map(group, "/readyz/{component}", ComponentReadiness)
            .WithSummary("Whether one component lets the node take traffic");
        Map(group, "/status", () => TypedResults.Ok(status(audience)))
            .WithSummary("The node, its components and its applications at this moment");
        Map(group, "/metrics", () => TypedResults.Text(exposition.Scrape(), PrometheusExposition.ContentType))
            .WithSummary("The metrics in the text format of Prometheus")
            .Produces<string>(contentType: "text/plain");
    }

    // HEAD answers what GET does, so one description is enough.
    private static RouteHandlerBuilder Map(RouteGroupBuilder group, string pattern, Delegate handler)
    {
        group.MapMethods(pattern, Head, handler).ExcludeFromDescription();
        return group.MapGet(pattern, handler);
    }

    private static Results<Ok<HealthReport>, ServiceUnavailable<HealthReport>> Readiness(HealthReport report) => report.Status.IsReady()
        ? TypedResults.Ok(report)
        : new ServiceUnavailable<HealthReport>(report);

    private Results<Ok<HealthReport>, ServiceUnavailable<HealthReport>, NotFound<AdminError>> ComponentReadiness(string component) =>
        health.Report(component) switch
        {
            null => TypedResults.NotFound(new AdminError($"There is no component '{component}'; /readyz lists them all.")),
            { Status: var found } report when found.IsReady() => TypedResults.Ok(report),
            { } report => new ServiceUnavailable<HealthReport>(report),
        };
}
