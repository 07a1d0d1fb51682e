using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace KestrelL4.Server.Admin.Routes;

/// <summary>The answer 503 with a body, which the framework's typed results leave out.</summary>
internal sealed class ServiceUnavailable<T>(T body) : IResult, IEndpointMetadataProvider
{
    private const int Code = StatusCodes.Status503ServiceUnavailable;

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(Code, typeof(T), ["application/json"]));

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Code;
        return httpContext.Response.WriteAsJsonAsync(body, httpContext.RequestAborted);
    }
}
