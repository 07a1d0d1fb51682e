using System.Net.Security;
using System.Security.Authentication;
using System.Text;

namespace KestrelL4.Cli.Demo;

/// <summary>One open connection of a client.</summary>
internal sealed class DemoConnection(SslStream tls) : IAsyncDisposable
{
    private const int LongestAnswer = 1024;

    /// <summary>The protocol that was agreed on, as people write it.</summary>
    public string Protocol => tls.SslProtocol == SslProtocols.Tls13 ? "TLS 1.3" : tls.SslProtocol.ToString();

    /// <summary>The upstream that answered last, by the name in front of its answer; empty before the first answer.</summary>
    public string Upstream { get; private set; } = "";

    /// <summary>Sends a line and gives the answer; null = the connection was ended without a byte.</summary>
    public async Task<string?> AskAsync(string line, CancellationToken cancellation)
    {
        byte[] answer = new byte[LongestAnswer];
        int length = 0;
        try
        {
            await tls.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellation);
            while (!answer.AsSpan(0, length).Contains((byte)'\n'))
            {
                int received = await tls.ReadAsync(answer.AsMemory(length), cancellation);
                if (received == 0)
                {
                    break;
                }

                length += received;
            }
        }
        catch (IOException) when (length == 0)
        {
            // A refusal is an end of the stream or an alert: which one depends on what was written meanwhile.
        }

        if (length == 0)
        {
            return null;
        }

        string text = Encoding.UTF8.GetString(answer, 0, length).TrimEnd('\n');
        Upstream = text.Split(':')[0];
        return text;
    }

    /// <summary>Sends a line and gives the answer.</summary>
    /// <exception cref="NotObservedException">The connection was ended instead.</exception>
    public async Task<string> ExpectAnswerAsync(string line, CancellationToken cancellation) =>
        await AskAsync(line, cancellation) ?? throw new NotObservedException($"'{line}' got no answer: the connection was ended.");

    /// <summary>Waits until the other side resets the connection.</summary>
    /// <exception cref="NotObservedException">It sends something, or ends in order.</exception>
    public async Task UntilResetAsync(CancellationToken deadline)
    {
        try
        {
            int received = await tls.ReadAsync(new byte[LongestAnswer], deadline);
            throw new NotObservedException(received == 0 ? "the connection ended in order instead of being cut." : "bytes came instead of a cut.");
        }
        catch (IOException)
        {
            // As it was to be.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await tls.ShutdownAsync();
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // The other side has ended it already.
        }

        await tls.DisposeAsync();
    }
}
