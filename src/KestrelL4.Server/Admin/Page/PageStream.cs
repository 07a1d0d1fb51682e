using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace KestrelL4.Server.Admin.Page;

/// <summary>The answer of <c>/events</c>: it goes on until the page is closed or the node stops.</summary>
/// <param name="feed">What it tells.</param>
/// <param name="closed">Told when it has ended.</param>
/// <param name="stopping">The door closes.</param>
internal sealed class PageStream(PageFeed feed, Action closed, CancellationToken stopping) : IResult, IEndpointMetadataProvider
{
    // Whoever reads ends within it; whoever does not would hold up the node's stop.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), ["text/event-stream"]));

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using CancellationTokenSource cut = new();
        using CancellationTokenRegistration abort = cut.Token.Register(httpContext.Abort);
        using CancellationTokenRegistration hurry = stopping.Register(() => cut.CancelAfter(Patience));
        try
        {
            await TypedResults.ServerSentEvents(feed.FollowAsync(stopping)).ExecuteAsync(httpContext).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (httpContext.RequestAborted.IsCancellationRequested)
        {
            // The page was closed while it was told something.
        }
        finally
        {
            closed();
        }
    }
}
