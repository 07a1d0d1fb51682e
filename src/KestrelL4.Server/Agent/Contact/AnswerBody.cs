using System.Runtime.CompilerServices;
using System.Text;

namespace KestrelL4.Server.Agent.Contact;

/// <summary>Reads the body of an answer: no more than it may hold, no longer than it goes on.</summary>
/// <param name="time">The clock of its time-outs.</param>
internal sealed class AnswerBody(TimeProvider time)
{
    private const int Chunk = 64 * 1024;

    // 64 MiB within two minutes asks for some 5 Mbit/s.
    private static readonly TimeSpan Progress = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Whole = TimeSpan.FromMinutes(2);

    /// <summary>The whole body.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="mostBytes">What is longer is refused.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="ContactException">It is longer, or it stands still for 5 s, or takes more than 2 min.</exception>
    public async Task<byte[]> ReadAsync(HttpResponseMessage response, int mostBytes, CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = new(Progress, time);
        using CancellationTokenSource whole = new(Whole, time);
        using CancellationTokenSource any = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, whole.Token, cancellation);
        try
        {
            Refuse(response.Content.Headers.ContentLength, mostBytes);
            Stream body = await response.Content.ReadAsStreamAsync(any.Token).ConfigureAwait(false);
            await using ConfiguredAsyncDisposable _ = body.ConfigureAwait(false);
            using var content = new MemoryStream((int)(response.Content.Headers.ContentLength ?? 0));
            byte[] buffer = new byte[Chunk];
            int read;
            while ((read = await body.ReadAsync(buffer, any.Token).ConfigureAwait(false)) > 0)
            {
                content.Write(buffer, 0, read);
                Refuse(content.Length, mostBytes);
                deadline.CancelAfter(Progress);
            }

            return content.ToArray();
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ContactException(
                ContactFault.Away, whole.IsCancellationRequested ? "did not end its answer within 2 min" : "began its answer and stood still for 5 s");
        }
    }

    /// <summary>The whole body as text.</summary>
    public async Task<string> ReadTextAsync(HttpResponseMessage response, int mostBytes, CancellationToken cancellation) =>
        Encoding.UTF8.GetString(await ReadAsync(response, mostBytes, cancellation).ConfigureAwait(false));

    private static void Refuse(long? length, int mostBytes)
    {
        if (length > mostBytes)
        {
            throw new ContactException(ContactFault.Misconfigured, $"answers with more than {mostBytes} bytes, which no authority does");
        }
    }
}
