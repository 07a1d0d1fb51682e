using System.Text;
using Microsoft.AspNetCore.Http;

namespace KestrelL4.Authority.Api;

/// <summary>Reads the body of a request as text; the server bounds its length.</summary>
internal static class BodyText
{
    /// <summary>Reads it whole.</summary>
    public static async Task<string> ReadAsync(HttpContext context)
    {
        using StreamReader reader = new(context.Request.Body, Encoding.ASCII);
        return await reader.ReadToEndAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
