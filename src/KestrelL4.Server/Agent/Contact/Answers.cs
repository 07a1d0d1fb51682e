using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KestrelL4.Protocol;
using KestrelL4.Protocol.Snapshots;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>Reads the authority's answers, route by route, and tells refusals from what is no answer of an authority.</summary>
/// <param name="time">The clock of bodies, streams and of dates to come back at.</param>
internal sealed class Answers(TimeProvider time)
{
    private const int MostBytes = 64 * 1024;
    private const string Json = "application/json";
    private const string EventStreamType = "text/event-stream";

    private readonly AnswerBody _body = new(time);

    /// <summary>Certificates in PEM: of <c>/v1/ca</c> and <c>/v1/identity</c>.</summary>
    public async Task<string> CertificatesAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        using HttpResponseMessage _ = response;
        await ExpectAsync(response, AuthorityMediaTypes.Certificates, cancellation).ConfigureAwait(false);
        return await _body.ReadTextAsync(response, MostBytes, cancellation).ConfigureAwait(false);
    }

    /// <summary>The answer of <c>/v1/ping</c>.</summary>
    public async Task<Pong> PongAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        using HttpResponseMessage _ = response;
        await ExpectAsync(response, Json, cancellation).ConfigureAwait(false);
        byte[] body = await _body.ReadAsync(response, MostBytes, cancellation).ConfigureAwait(false);
        return Parse(body, ProtocolJson.Default.Pong) is { AuthorityId: not null, Node: not null } pong ? pong : throw NoAuthority("an answer to a ping that cannot be read");
    }

    /// <summary>The answer of <c>/v1/registry</c>.</summary>
    /// <param name="known">The version that the question named; null = none.</param>
    /// <param name="response">The answer.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<RegistryAnswer> RegistryAsync(string? known, HttpResponseMessage response, CancellationToken cancellation)
    {
        using HttpResponseMessage _ = response;
        if (response.StatusCode == HttpStatusCode.NotModified && known is not null)
        {
            return new RegistryAnswer(known, null);
        }

        await ExpectAsync(response, AuthorityMediaTypes.Snapshot, cancellation).ConfigureAwait(false);
        string version = response.Headers.ETag?.Tag.Trim('"') ?? throw NoAuthority("a snapshot without its version");
        return new RegistryAnswer(version, await _body.ReadAsync(response, SnapshotDocument.MaxBytes, cancellation).ConfigureAwait(false));
    }

    /// <summary>The stream of <c>/v1/registry/events</c>, which owns the answer from now on.</summary>
    public async Task<EventStream> EventsAsync(HttpResponseMessage response, Way way, CancellationToken closing, CancellationToken cancellation)
    {
        try
        {
            await ExpectAsync(response, EventStreamType, cancellation).ConfigureAwait(false);
            return new EventStream(response, await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), way, time, closing);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task ExpectAsync(HttpResponseMessage response, string mediaType, CancellationToken cancellation)
    {
        string? given = response.Content.Headers.ContentType?.MediaType;
        if (response.StatusCode == HttpStatusCode.OK && given == mediaType)
        {
            return;
        }

        int status = (int)response.StatusCode;
        AuthorityError? error = given == Json && status >= 400
            ? Parse(await _body.ReadAsync(response, MostBytes, cancellation).ConfigureAwait(false), ProtocolJson.Default.AuthorityError)
            : null;
        throw error is { Reason: not null, Error: not null } ? Refusal(response, error)
            : status >= 500 ? new ContactException(ContactFault.Away, $"answers with status {status}: it fails, or what stands before it does not reach it")
            : NoAuthority($"status {status} and {Printable.Line(given ?? "no content")}");
    }

    // A fault of the authority's own is no refusal: another address may do, and so may the next attempt.
    private ContactException Refusal(HttpResponseMessage response, AuthorityError error) => new(
        (int)response.StatusCode >= 500 ? ContactFault.Away : ContactFault.Refused, $"refuses ({Printable.Line(error.Reason)}): {Printable.Line(error.Error)}")
    {
        Reason = error.Reason,
        RetryAfter = response.Headers.RetryAfter is { } wait ? wait.Delta ?? wait.Date - time.GetUtcNow() : null,
    };

    private static ContactException NoAuthority(string answer) => new(ContactFault.Misconfigured, $"is no authority: it answers with {answer}");

    private static T? Parse<T>(byte[] body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
