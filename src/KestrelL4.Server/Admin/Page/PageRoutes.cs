using KestrelL4.Server.Admin.Answers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace KestrelL4.Server.Admin.Page;

/// <summary>The status page for people: its files, and the events that keep it up to date.</summary>
/// <param name="status">Takes stock of the node, as far as its reader may know it.</param>
/// <param name="history">Its last minutes.</param>
/// <param name="time">The node's clock.</param>
internal sealed class PageRoutes(Func<Audience, NodeStatus> status, TrafficHistory history, TimeProvider time)
{
    private const string Index = "index.html";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the routes.</summary>
    public void MapTo(IEndpointRouteBuilder routes, Audience audience)
    {
        CancellationToken stopping = routes.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        PageStreams streams = new(new PageFeed(() => status(audience), history, time), stopping);
        routes.MapMethods("/", Methods, static (HttpResponse response) => PageFile.All[Index].Answer(response.Headers)).ExcludeFromDescription();
        routes.MapMethods("/page/{name}", Methods, File).ExcludeFromDescription();
        routes.MapGet("/events", streams.Open)
            .WithTags("page")
            .WithSummary("What the status page at / shows, as server-sent events once a second");
    }

    private static Results<FileContentHttpResult, NotFound<AdminError>> File(string name, HttpResponse response) =>
        PageFile.All.GetValueOrDefault(name) is { } file && name != Index
            ? file.Answer(response.Headers)
            : TypedResults.NotFound(new AdminError($"The status page has no file '{name}'; it is at /."));
}
