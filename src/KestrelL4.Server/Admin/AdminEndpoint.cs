using System.Text.Json.Serialization.Metadata;
using KestrelL4.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace KestrelL4.Server.Admin;

/// <summary>The read-only routes: liveness, readiness, status and metrics.</summary>
/// <param name="health">How the node is.</param>
/// <param name="status">Takes stock of the node for <c>/status</c>.</param>
/// <param name="exposition">The metrics.</param>
internal sealed class AdminEndpoint(NodeHealth health, Func<NodeStatus> status, PrometheusExposition exposition)
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the routes.</summary>
    public void MapTo(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/livez", Methods, static context => Answer(context, 200, new Liveness("live"), AdminJson.Default.Liveness));
        routes.MapMethods("/readyz", Methods, context => AnswerReadiness(context, health.Report()));
        routes.MapMethods("/readyz/{component}", Methods, AnswerComponent);
        routes.MapMethods("/status", Methods, context => Answer(context, 200, status(), AdminJson.Default.NodeStatus));
        routes.MapMethods("/metrics", Methods, AnswerMetrics);
    }

    /// <summary>Answers a request that cannot be served.</summary>
    public static Task Refuse(HttpContext context, int code, string error) =>
        Answer(context, code, new AdminError(error), AdminJson.Default.AdminError);

    private Task AnswerComponent(HttpContext context)
    {
        string name = (string)context.Request.RouteValues["component"]!;
        return health.Report(name) is { } report
            ? AnswerReadiness(context, report)
            : Refuse(context, 404, $"There is no component '{name}'; /readyz lists them all.");
    }

    private Task AnswerMetrics(HttpContext context)
    {
        context.Response.ContentType = PrometheusExposition.ContentType;
        return context.Response.WriteAsync(exposition.Scrape(), context.RequestAborted);
    }

    private static Task AnswerReadiness(HttpContext context, HealthReport report)
    {
        int code = report.IsReady ? 200 : 503;
        return Answer(context, code, report, AdminJson.Default.HealthReport);
    }

    private static Task Answer<T>(HttpContext context, int code, T answer, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = code;
        return context.Response.WriteAsJsonAsync(answer, type, cancellationToken: context.RequestAborted);
    }
}
