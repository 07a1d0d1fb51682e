using KestrelL4.Server.Admin.Answers;
using Microsoft.AspNetCore.Http;

namespace KestrelL4.Server.Admin;

/// <summary>What every request passes before its route, so that every refusal is JSON that says what to do.</summary>
/// <param name="door">The door it came through.</param>
internal sealed class AdminRequests(AdminDoor door)
{
    // RFC 9110 15.5.20: Misdirected Request.
    private const int NotForThisNode = 421;

    /// <summary>Takes a request to its route, or refuses it.</summary>
    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        AdminPlaces.Use(context);
        context.Response.Headers.CacheControl = "no-store";
        if (!door.IsForThisNode(context.Request.Host))
        {
            await Refuse(
                context,
                NotForThisNode,
                $"'{context.Request.Host.Host}' is no name of this node; use its address, or add it to KestrelL4:Admin:AllowedHosts.");
            return;
        }

        if (BrowserFilter.IsActOfPage(context.Request))
        {
            await Refuse(
                context,
                StatusCodes.Status403Forbidden,
                "No web page may act on this node, and the request carries the Origin or the Sec-Fetch-Site of one; use kestrell4, or curl over the socket itself.");
            return;
        }

        if (context.GetEndpoint() is null)
        {
            await Refuse(context, 404, $"There is nothing at '{context.Request.Path}'; /openapi/v1.json lists what there is.");
            return;
        }

        try
        {
            await next(context);
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await Refuse(context, exception.StatusCode, exception.Message);
            return;
        }

        if (context.Response is { StatusCode: StatusCodes.Status405MethodNotAllowed, HasStarted: false })
        {
            await Refuse(context, 405, $"{context.Request.Method} does not go with '{context.Request.Path}'; use {context.Response.Headers.Allow}.");
        }
    }

    private static Task Refuse(HttpContext context, int code, string error)
    {
        context.Response.StatusCode = code;
        return context.Response.WriteAsJsonAsync(new AdminError(error), AdminJson.Default.AdminError, cancellationToken: context.RequestAborted);
    }
}
