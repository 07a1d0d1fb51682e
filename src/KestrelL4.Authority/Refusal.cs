using System.Net;
using KestrelL4.Protocol;

namespace KestrelL4.Authority;

/// <summary>Why the authority does not do what it is asked.</summary>
/// <param name="Status">The HTTP status code.</param>
/// <param name="Reason">A word of <see cref="RefusalReason"/>.</param>
/// <param name="Text">What is wrong, and what to do. No secret.</param>
internal sealed record Refusal(HttpStatusCode Status, string Reason, string Text)
{
    /// <summary>How long to wait before the next attempt; null = as long as one likes.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The request itself is wrong.</summary>
    public static Refusal Invalid(string text) => new(HttpStatusCode.UnprocessableEntity, RefusalReason.Invalid, text);

    /// <summary>There is nothing of that name.</summary>
    public static Refusal NotFound(string text) => new(HttpStatusCode.NotFound, RefusalReason.NotFound, text);

    /// <summary>It contradicts what there is.</summary>
    public static Refusal Conflict(string text) => new(HttpStatusCode.Conflict, RefusalReason.Conflict, text);

    /// <summary>Who asks may not.</summary>
    public static Refusal Forbidden(string reason, string text) => new(HttpStatusCode.Forbidden, reason, text);

    /// <summary>Who asks did not show who it is.</summary>
    public static Refusal Unauthorized(string reason, string text) => new(HttpStatusCode.Unauthorized, reason, text);
}
