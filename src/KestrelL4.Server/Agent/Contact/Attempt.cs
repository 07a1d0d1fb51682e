using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>One attempt by one way: at most 5 s until the answer begins. Everything that HTTP and TLS throw ends here.</summary>
/// <param name="way">The way.</param>
/// <param name="send">Sends a request, and gives the answer when its headers are there.</param>
/// <param name="time">The clock of its time-out.</param>
internal sealed class Attempt(Way way, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, TimeProvider time)
{
    /// <summary>Asks, and reads the answer.</summary>
    public async Task<Contact<T>> AskAsync<T>(Question<T> question, CancellationToken cancellation)
        where T : class
    {
        using HttpRequestMessage request = question.To(way.Url);
        AttemptStage stage = AttemptStage.Begin(request);
        try
        {
            HttpResponseMessage response = await SendAsync(request, cancellation).ConfigureAwait(false);
            return await question.ReadAsync(response, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (cancellation.IsCancellationRequested && exception is not OperationCanceledException)
        {
            // What breaks while all is being cancelled breaks because of it.
            throw new OperationCanceledException(exception.Message, exception, cancellation);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested
            && exception is HttpRequestException or OperationCanceledException or IOException or InvalidOperationException)
        {
            ContactException reason = ContactException.In(exception) ?? Diagnosis.Of(exception, way, stage.Reached);
            return new ContactFailure(reason.Fault, Printable.Whole($"{way} {reason.Message}"))
            {
                Reason = reason.Reason,
                RetryAfter = reason.RetryAfter,
            };
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = new(Line.Timeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        return await send(request, either.Token).ConfigureAwait(false);
    }
}
