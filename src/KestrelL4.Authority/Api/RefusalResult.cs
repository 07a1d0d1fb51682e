using System.Globalization;
using KestrelL4.Protocol;
using Microsoft.AspNetCore.Http;

namespace KestrelL4.Authority.Api;

/// <summary>The answer of a refused request: its status, and an <see cref="AuthorityError"/>.</summary>
/// <param name="refusal">Why.</param>
internal sealed class RefusalResult(Refusal refusal) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, refusal);

    /// <summary>Writes the answer.</summary>
    public static Task WriteAsync(HttpContext context, Refusal refusal)
    {
        context.Response.StatusCode = (int)refusal.Status;
        if (refusal.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        return context.Response.WriteAsJsonAsync(
            new AuthorityError(refusal.Reason, refusal.Text), ProtocolJson.Plain.AuthorityError, cancellationToken: context.RequestAborted);
    }
}
